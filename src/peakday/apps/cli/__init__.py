"""What can be done from the command line? `main` lists the commands; each group has a file of its own."""
