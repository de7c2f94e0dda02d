"""Requests that attackers send, generated: method by framing by the form of headers, with what ours must make of each.

It knows bytes and expectations. It does not know sockets (``http_exchange``) nor what nginx makes of the same bytes
(``tools/http_safety.py`` asks it). Every case ends with a smuggled call where there is room for one.
"""

from tests.integration.http_cases import framing, heads, sequences
from tests.integration.http_cases.words import Case

PARTS = (
    framing.lengths, framing.codings, framing.both, framing.chunk_sizes, framing.chunk_ends, framing.trailers,
    heads.request_lines, heads.targets, heads.methods, heads.hosts, heads.name_bytes, heads.value_bytes,
    heads.target_bytes, heads.line_ends, heads.bombs, sequences.pipelines, sequences.expectations, sequences.upgrades,
    sequences.other_protocols, sequences.injections,
)  # fmt: skip


def cases() -> list[Case]:
    """All of them; their names are unique within a group."""
    return [case for part in PARTS for case in part()]
