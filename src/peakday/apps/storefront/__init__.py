"""What does a shopper see? The mall: looking around, the cart, checking out, paying, one's orders."""
