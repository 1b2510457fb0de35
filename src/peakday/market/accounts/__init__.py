"""Who may enter, what may they do, and what did they do? Accounts, sessions, API keys, the audit trail."""
