"""Which doors do payments have? A buyer's own payments, and the sandbox where the bank is told what to do."""
