"""Which doors do shops have? The JSON doors, the profile page and the list from which staff choose."""
