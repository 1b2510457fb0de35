"""Who are the consumers of a shop, how near do they stand, and where do they move?"""
