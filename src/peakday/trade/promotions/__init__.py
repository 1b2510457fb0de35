"""What does a cart cost with these instruments, who gives each cent of the discount, and what does a refund return?"""
