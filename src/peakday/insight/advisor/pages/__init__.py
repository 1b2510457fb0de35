"""What is on each page? One file a page: which figures it asks for, and the sheets that it makes of them."""
