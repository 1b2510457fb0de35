"""What does the live board show, and where does it come from? What was paid, counted as the news comes in."""
