"""What can be done with payments: ask for one, take what gateways tell, give back, release, tell gateways?"""
