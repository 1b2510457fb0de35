"""Through which doors are crowds built, seen and handed on?"""
