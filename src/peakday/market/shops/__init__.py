"""Which shops are there, what do they say of themselves, and where do their goods lie?"""
