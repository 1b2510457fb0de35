"""Which doors does the ledger have? A merchant reads the shop's money: balances, statement, export."""
