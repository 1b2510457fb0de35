"""How many units may be sold, who holds them, and where did they go?"""
