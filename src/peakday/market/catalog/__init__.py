"""What may be sold? The category tree and brands of the market, and the items and SKUs of each shop."""
