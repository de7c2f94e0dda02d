"""The server: HTTP/1.1 on loopback or behind a proxy, the ``/v1`` front, health and metrics."""
