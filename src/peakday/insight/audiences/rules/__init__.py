"""Which policies say who is in a crowd, when it may be used, and what it differs in?"""
