"""Where does a merchant read what rises, and how old the own items are?"""
