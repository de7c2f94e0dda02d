"""What a gateway tells of its calls while they happen: a log line each, and spans."""
