"""Which doors has the health centre? JSON for programs (`v1`), pages for merchants (`merchant`)."""
