"""Providers played by hand: small scripts in each vendor's own words, chosen by the name of the model."""
