"""Which doors does the room channels open?"""
