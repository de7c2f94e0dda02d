"""Rollouts in a SQLite file beside the ledger's: steps, assignments and what was measured, for every process."""
