"""Which doors do accounts have? The JSON doors and the pages of signing in, staff, keys and the audit trail."""
