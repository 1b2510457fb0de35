"""Which pages and doors does the mall have? One file a topic; `mall` puts them together."""
