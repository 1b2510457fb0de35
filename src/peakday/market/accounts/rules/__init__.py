"""Which policies of accounts are pure? Password strength, the life of a session, the limits of signing in."""
