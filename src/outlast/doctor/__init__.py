"""What is wrong with an installation, why it matters and what to do: judgements on values that others gathered."""
