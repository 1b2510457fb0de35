"""How is a child process named without knowing where the `peakday` script lies? `python -m peakday.apps.cli web`."""

from peakday.apps.cli.main import app

app()
