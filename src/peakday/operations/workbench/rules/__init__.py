"""Which policies does the workbench follow? One a file."""
