"""Which doors does the workbench have? Pages for merchants (`merchant`) and JSON (`v1`)."""
