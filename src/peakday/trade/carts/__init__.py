"""What lies in a shopper's cart, and what would it cost?"""
