"""Which acts does the room `channels` do?"""
