"""Which doors does the price history have? JSON for programs, the low-price query for the merchant."""
