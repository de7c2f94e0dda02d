"""Adapters that call upstreams, and two upstreams that are built in: recorded and scripted."""
