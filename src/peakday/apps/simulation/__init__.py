"""Does the money and the stock stay right through a long history of faults? One seed is one history."""
