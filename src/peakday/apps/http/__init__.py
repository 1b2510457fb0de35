"""How is Peakday reached over HTTP? `app` assembles the rooms' routes; the other files are the door's own manners."""
