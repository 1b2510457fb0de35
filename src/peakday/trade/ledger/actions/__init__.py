"""What can be done to the books: how are accounts kept, postings entered, and many callers' postings as one?"""
