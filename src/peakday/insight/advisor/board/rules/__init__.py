"""Which policies does the live board follow? How news is counted, and what a milestone is."""
