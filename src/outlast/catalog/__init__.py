"""What is known of models: claims, status per surface and day, prices, abilities, successor chains."""
