"""Which acts are there around a sale event? One a file."""
