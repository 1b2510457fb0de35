"""Which acts change stock?"""
