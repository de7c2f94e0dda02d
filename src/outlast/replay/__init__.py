"""Recorded requests on a candidate: what is sampled, planned, run, compared and told."""
