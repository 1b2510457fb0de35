"""Which choices of the room are policies? Windows of stages, FAST, GROW and RFM."""
