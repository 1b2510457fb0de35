"""How is one SKU bought by thousands in the same minute? One SKU an order, priced once a batch, no cart before it."""
