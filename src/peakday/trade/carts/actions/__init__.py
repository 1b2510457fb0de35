"""What can be done with a cart? One act a file."""
