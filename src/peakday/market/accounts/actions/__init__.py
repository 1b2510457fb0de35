"""Which acts change accounts, keys and sessions? One topic a file."""
