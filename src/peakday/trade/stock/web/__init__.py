"""How is stock seen and changed over HTTP?"""
