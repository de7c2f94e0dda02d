"""Doubles that users may want too: a clock that is moved by hand, a ledger in memory, a small catalogue."""
