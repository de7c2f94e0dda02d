"""The demonstration: acts played on loopback with a real gateway, a real client and simulated models."""

from outlast.demo.play import play

__all__ = ["play"]
