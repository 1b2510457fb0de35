"""What can be done to the books: open accounts, post, and post many callers' postings as one."""
