"""Whether models are retired as was promised: one's own, and, by the same measure, everybody's."""
