"""Which choices of the registry are policies? Periods and how a market index hides true values."""
