"""What was asked and what was paid for a thing, and which price may be claimed from it?"""
