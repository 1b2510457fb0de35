"""What does every room stand on? Money, ids, time, actors, refusals, the database, news and text: no trade words."""
