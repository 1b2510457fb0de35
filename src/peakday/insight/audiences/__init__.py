"""Which people do we want to reach, how many are they, and who is like them?"""
