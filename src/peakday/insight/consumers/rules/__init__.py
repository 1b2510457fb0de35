"""The policies of the room, each alone in its file."""
