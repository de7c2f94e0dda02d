"""A replay's result as people read it: one self-contained page, Markdown, and the tables that all forms share."""
