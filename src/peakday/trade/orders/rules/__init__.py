"""Which policies hold for every order? One a file: states, money, ids."""
