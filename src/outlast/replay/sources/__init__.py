"""What other tools export, read as requests that may be asked again: one small reader for each format."""
