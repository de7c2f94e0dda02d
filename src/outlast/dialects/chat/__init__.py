"""OpenAI's chat completions, both ways."""
