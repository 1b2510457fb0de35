"""Which doors do orders have? JSON for programs, pages for the merchant."""
