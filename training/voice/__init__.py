"""The voice: a synthesiser's speech is described, its code book fitted, and the result judged by recognisers.

It knows recordings and descriptions. It does not know the network that learns to choose codes.
"""
