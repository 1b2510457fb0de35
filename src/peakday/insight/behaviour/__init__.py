"""What did people do in the shops? The collection door and the log of behaviour; README.md is the first page."""
