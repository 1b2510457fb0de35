"""Which doors does the live board have? A page for a wall and a phone, its stream of frames, its replay, its file."""
