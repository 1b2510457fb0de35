"""Which choices of the room are policies? What counts as a rise, the ages of an item's life."""
