"""Conversations of people, and their accounts, in one SQLite file beside the ledger's."""
