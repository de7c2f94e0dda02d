"""What was drawn, planned and decided, kept so that nothing is paid twice."""
