"""Which policies hold for carts? One a file."""
