"""The ``transformers`` kind: open models of the library of that name, computed in this process."""
