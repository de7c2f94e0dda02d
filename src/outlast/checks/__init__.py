"""One comparable property of a pair of answers each; replay and rollout share them."""
