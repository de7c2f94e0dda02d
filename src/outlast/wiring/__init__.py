"""The composition root: the only room that names concrete adapters and opens resources."""

from outlast.wiring.reading import open_knowledge, open_record

__all__ = ["open_knowledge", "open_record"]
