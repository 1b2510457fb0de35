"""How do foreign formats come in? Doors that translate them and call the api of the rooms; they decide nothing."""
