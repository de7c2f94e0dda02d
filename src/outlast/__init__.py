"""Outlast: software and people outlast the models they depend on."""

__version__ = "0.4.0"
