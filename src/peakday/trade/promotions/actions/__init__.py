"""Which acts are there? Drafts, going live, stopping, presales, the price of a basket."""
