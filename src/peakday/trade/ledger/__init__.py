"""Where does every unit of money stand, how did it come there, and may it move?"""
