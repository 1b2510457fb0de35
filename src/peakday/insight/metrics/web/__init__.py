"""How do programs read figures? `v1` answers; it decides nothing."""
