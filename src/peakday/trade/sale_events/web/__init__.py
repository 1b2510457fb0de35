"""Which doors do sale events have? JSON for programs, pages for merchants and platform staff, a calendar feed."""
