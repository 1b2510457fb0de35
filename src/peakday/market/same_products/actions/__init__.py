"""What may be done here? Compare what waits, say what a pair is, take it back."""
