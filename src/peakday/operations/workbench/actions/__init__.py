"""Which acts does the workbench know? One a file."""
