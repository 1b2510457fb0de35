"""How do people and programs meet same products?"""
