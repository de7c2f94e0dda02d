"""The rules as data, a module for each maker of models."""
