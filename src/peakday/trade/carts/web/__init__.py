"""How do carts speak HTTP? `hot` adds to a cart, `v1` has all other doors, `bodies` says what they answer."""
