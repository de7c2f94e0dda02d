"""Probes: keyed questions of our own that show how a model behaves when it is pressed, hurt or tempted."""
