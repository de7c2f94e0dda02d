"""What each key has used, counted once for every process of a gateway."""
