"""Which acts does the catalogue know? One file each."""
