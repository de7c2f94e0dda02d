"""What the omni models are taught: one module for each skill, and what is held out of all of them."""
