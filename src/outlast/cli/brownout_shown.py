"""A brown-out in a line, and as data.

It knows both shapes. It does not know whose it is, nor what it does.
"""

import datetime as dt

from outlast.rollout.brownout import Window

SERVES = {"410": "answers 410", "successor": "the successor answers"}


def spelled(window: Window) -> str:
    """As it was typed."""
    return f"{window.begins:%Y-%m-%dT%H:%MZ}+{window.lasts // dt.timedelta(minutes=1)}m"


def brownout_text(window: Window) -> str:
    """When, what happens, to whom."""
    return f"{spelled(window)}: {SERVES[window.serve]}, for {', '.join(window.keys) or 'everybody'}"


def brownout_document(window: Window) -> dict[str, object]:
    """One brown-out as data."""
    return {
        "begins": window.begins.isoformat().replace("+00:00", "Z"),
        "ends": window.ends.isoformat().replace("+00:00", "Z"),
        "serve": window.serve,
        "keys": list(window.keys) or None,
    }
