"""The canonical conversation: what every dialect is read into and written from."""
