"""What is said to whom, and when: due notices, their texts, calendars and feeds, as values."""
