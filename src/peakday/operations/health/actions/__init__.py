"""What can be done in the health centre? One act a file."""
