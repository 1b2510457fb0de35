"""Which doors do promotions have? JSON for programs; lists, a builder, inspection and versions for the merchant."""
