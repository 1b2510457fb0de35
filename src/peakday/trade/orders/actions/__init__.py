"""Which acts change orders?"""
