"""Pages for people: rendered here, useful without JavaScript, under one set of rules."""
