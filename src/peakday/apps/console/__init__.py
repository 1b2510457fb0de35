"""What does every page of the console share? The layout, its macros, the static files and the menu, as templates.

`templates/console/layout.html` states at its top what a room's page hands in. There is no code here.
"""
