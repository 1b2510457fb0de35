"""Which policies of payments are pure? Their states, what a callback does, out of which payment a refund comes."""
