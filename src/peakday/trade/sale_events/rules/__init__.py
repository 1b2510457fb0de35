"""Which policies decide about sale events? One a file."""
