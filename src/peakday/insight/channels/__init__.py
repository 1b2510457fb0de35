"""Which orders of other channels does a shop have, and what do they come to in one calibre?"""
