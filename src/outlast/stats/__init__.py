"""Pure statistics of paired outcomes: what a verdict may rest on."""
