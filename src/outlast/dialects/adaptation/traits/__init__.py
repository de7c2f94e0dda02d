"""What models refuse, read from the abilities that somebody stated; silence refuses nothing."""
