"""How do merchants reach the advisor? Pages, and files to take away."""
