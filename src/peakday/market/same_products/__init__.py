"""Which goods of the market's shops are the same product?"""
