"""What rises in the market, how far has each item come in its life, and where is room for a new one?"""
