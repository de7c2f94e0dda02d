"""The chat page: what is shown of a conversation, and what its forms do."""
