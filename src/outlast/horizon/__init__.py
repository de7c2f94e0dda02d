"""Dependants, days left and the price of the move: the calendar that runs forward, as pure functions."""
