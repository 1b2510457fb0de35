"""How does a file of rows from a stranger come in, row by row, with nothing lost and every fault named?

`shape` finds the encoding and the delimiter, `records` reads blocks of rows with exact row numbers, `loading` stores
them block by block so that a killed import goes on where it stopped.
"""
