"""Which postings do the books take, how are they chained, and which steps does each business act ask?"""
