"""Which of two goods are one product, and how sure is it?"""
