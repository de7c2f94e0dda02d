"""Adapters that keep the record: the journal, SQLite, the writer between them."""
