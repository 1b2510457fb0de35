"""Will this set-up sell below the floor? Lowest reachable prices against red lines, before a discount starts."""
