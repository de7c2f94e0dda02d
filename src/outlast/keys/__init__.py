"""Keys of Outlast's own: who may call, what they may use and how much of it."""
