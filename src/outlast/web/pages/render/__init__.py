"""What a model wrote, as HTML that can do nothing: Markdown, code, mathematics, block by block while it is written."""
