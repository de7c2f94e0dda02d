"""Books that gateways which were killed left in memory, and that nobody needs any more.

It knows that a book is worth its last minute: money is in the record. It does not know any key.
"""

import os
from pathlib import Path

from outlast.limits.page import LAST
from outlast.limits.shared import NAMES, Lost, SharedPages
from outlast.limits.window import WINDOW_NS


def sweep(folder: Path, keep: Path, now: int) -> None:
    """Remove this user's other books that no process shares and whose last minute is over."""
    for path in folder.glob(NAMES):
        if path != keep and _is_ours(path):
            _remove_if_over(path, now)


def _is_ours(path: Path) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    return found.st_uid == os.geteuid()


def _remove_if_over(path: Path, now: int) -> None:
    try:
        pages = SharedPages(path, nonce=bytes(8))
    except OSError:
        return
    try:
        if pages.alone and all(not 0 <= now - page.read()[LAST] < WINDOW_NS for page in pages.pages()):
            pages.remove()
    except Lost:
        pass
    finally:
        pages.close()
