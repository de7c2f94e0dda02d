"""Readers of documents from outside, one module a format: pure functions from bytes to ``catalog.feed.Feed``."""
