"""The tokeniser of estimates, where one is installed and at hand: ``pip install 'outlast[tokens]'``.

It knows where tiktoken keeps a vocabulary that it fetched once, and that it would fetch a missing one from the network:
a gateway asks nobody but its providers, so without a kept vocabulary there is no tokeniser. It counts nothing itself.
"""

import hashlib
import importlib
import importlib.util
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol, cast

from outlast.gateway.estimate import Tokeniser

_LIBRARY: Final = "tiktoken"
_VOCABULARY: Final = "o200k_base"
"""Of OpenAI's models since 2024; other vendors' differ by some percent, and no usage is reported by servers of any."""
_KEPT_AS: Final = "fb374d419588a4632f3f557e76b4b70aebbca790"
"""The library's name for it among the files that it keeps: the SHA-1 of its address."""
_DIGEST: Final = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
"""Its SHA-256. A file that differs would be thrown away and fetched anew."""


class _Encoding(Protocol):
    def encode_ordinary(self, text: str) -> list[int]: ...


class _Library(Protocol):
    def get_encoding(self, name: str) -> _Encoding: ...


def open_tokeniser(environ: Mapping[str, str]) -> Tokeniser | None:
    """What counts tokens; None: texts count by their length. It takes a second where there is one."""
    if importlib.util.find_spec(_LIBRARY) is None or not _is_kept(environ):
        return None
    encoding = cast("_Library", importlib.import_module(_LIBRARY)).get_encoding(_VOCABULARY)
    return lambda text: len(encoding.encode_ordinary(text))


def _is_kept(environ: Mapping[str, str]) -> bool:
    """Whether the vocabulary is where the library looks for it, whole."""
    folder = environ.get("TIKTOKEN_CACHE_DIR", environ.get("DATA_GYM_CACHE_DIR"))
    if folder is None:
        folder = str(Path(tempfile.gettempdir()) / "data-gym-cache")
    try:
        return bool(folder) and hashlib.sha256((Path(folder) / _KEPT_AS).read_bytes()).hexdigest() == _DIGEST
    except OSError:
        return False
