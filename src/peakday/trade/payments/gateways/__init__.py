"""Who moves money outside the house? A protocol, and one file a provider; the sandbox moves none and says so."""
