"""How do rooms speak HTTP? `context` knows the visitor, `pages` renders, `problems` refuses."""
