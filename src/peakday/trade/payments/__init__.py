"""The room `payments`: how does money come from a buyer, and go back? First file to read: `model.py`."""
