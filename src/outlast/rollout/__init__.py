"""The move of a virtual model from A to B: who gets B, what is watched meanwhile, and the way back."""
