"""torch and transformers, where ``outlast[transformers]`` is installed: imported when a model is first loaded.

It knows their names and how they are kept quiet. It does not know models. Everything of them is ``Any`` here: they are
installed for whoever has such a provider and for nobody else.
"""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from outlast.errors import SettingsInvalid

_NEEDED = ("torch", "transformers")


@dataclass(frozen=True, slots=True)
class Library:
    """Its modules."""

    torch: Any
    transformers: Any
    hub: Any


def missing() -> tuple[str, ...]:
    """Which of them are not installed; imports nothing."""
    return tuple(name for name in _NEEDED if find_spec(name) is None)


def check_installed(provider: str) -> None:
    """Raises ``SettingsInvalid`` where one of them is missing."""
    if names := missing():
        raise SettingsInvalid(
            f'[providers.{provider}] kind = "transformers" needs {" and ".join(names)}: '
            "pip install 'outlast[transformers]', or serve the model elsewhere and name its address"
        )


def open_library() -> Library:
    """Import them; takes seconds the first time."""
    library = Library(import_module("torch"), import_module("transformers"), import_module("huggingface_hub"))
    library.transformers.utils.logging.set_verbosity_error()
    library.transformers.utils.logging.disable_progress_bar()
    return library
