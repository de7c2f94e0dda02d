"""Files that people bring: what is in them, read where nothing that they do can reach anything else."""
