"""How many descriptors this process may have, and what part of them its callers get.

It knows the system's limit. It does not know who is connected (``web.server``).
"""

import resource
from typing import Final

_OURS: Final = 64
"""For the journal, the database, logs and whatever a library opens."""
_FEWEST: Final = 8


def raise_limit() -> None:
    """Take as many descriptors as the system allows; the usual first limit is one for programs that use ``select``."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def places_for_callers() -> int | None:
    """Callers at once; None: without a limit. Each may need a connection to an upstream, so it is half of them."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return None
    return max(_FEWEST, (soft - _OURS) // 2)
