"""Does the whole shop hold on the day? Real baskets, a spike at eight, faults, and the record."""
