"""How notices leave: mail, webhooks, and the file that knows what was sent."""
