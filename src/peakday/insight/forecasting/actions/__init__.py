"""Which acts does the room do? It makes forecasts, and writes beside them what happened."""
