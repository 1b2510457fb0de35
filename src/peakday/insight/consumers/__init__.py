"""Who are a shop's consumers, how near do they stand, and where do they move?"""
