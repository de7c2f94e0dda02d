"""Conversations of people as trees, the models that they may pick and until when, voices, feedback and plans."""
