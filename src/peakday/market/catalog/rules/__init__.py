"""Which policies decide in the catalogue? One file each."""
