"""Which server carries ``/v1``: the same small proxy on each candidate, beside nginx."""
