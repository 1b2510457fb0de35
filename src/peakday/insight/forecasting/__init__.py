"""What will a shop sell, and how sure is that?"""
