"""Which choices of the room are policies? How forecasts are scored, what each claim is held against."""
