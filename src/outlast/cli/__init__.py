"""The command line: one thin module per command, one table of exit codes."""
