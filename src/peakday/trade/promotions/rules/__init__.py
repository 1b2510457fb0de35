"""Which policies make a price? One a file; `cart_price.py` says in which order they act."""
