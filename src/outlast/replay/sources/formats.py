"""The formats that can be brought, recognised by content, one record at a time.

It knows their names and order: the more particular first. It does not know what is in them.
"""

from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

from outlast.replay.sources import evals, spans, traces
from outlast.replay.sources import openai_lines as lines
from outlast.replay.sources.brought import LeftOut, Read
from outlast.replay.sources.documents import records
from outlast.replay.sources.shape import UNREADABLE, Object, Untranslatable, decoded


class Format(NamedTuple):
    """One format: its name, whether a record is of it, and what a record says."""

    name: str
    holds: Callable[[Object], bool]
    read: Callable[[Object], Iterator[Read]]


FORMATS = (
    Format("traffic", lines.holds_traffic, lines.read_traffic),
    Format("batch", lines.holds_batch_request, lines.read_batch_request),
    Format("batch", lines.holds_batch_answer, lines.read_batch_answer),
    Format("promptfoo", evals.holds_promptfoo, evals.read_promptfoo),
    Format("inspect", evals.holds_inspect, evals.read_inspect),
    Format("langfuse", traces.holds_langfuse, traces.read_langfuse),
    Format("langsmith", traces.holds_langsmith, traces.read_langsmith),
    Format("otel", spans.holds_spans, spans.read_spans),
    Format("openai", lines.holds_pair, lines.read_pair),
    Format("openai", lines.holds_lines, lines.read_lines),
)
AUTO = "auto"
KINDS = (AUTO, *dict.fromkeys(each.name for each in FORMATS))


class Found(NamedTuple):
    """What was read at one place of a file."""

    where: str
    kind: str
    read: Read


def read_file(stream: BinaryIO, name: str, kind: str = AUTO) -> Iterator[Found]:
    """Everything in a file that can be wound back, in bounded memory."""
    for record in records(stream, name):
        if record.problem:
            yield Found(record.where, "", LeftOut(record.problem))
            continue
        try:
            value = decoded(record.data)
        except UNREADABLE:
            yield Found(record.where, "", LeftOut("no JSON"))
            continue
        if not isinstance(value, dict):
            yield Found(record.where, "", LeftOut("no JSON object"))
            continue
        yield from _of_record(record.where, value, kind)


def _of_record(where: str, value: Object, kind: str) -> Iterator[Found]:
    fitting = (each for each in FORMATS if kind in (AUTO, each.name))
    chosen = next((each for each in fitting if each.holds(value)), None)
    if chosen is None:
        known = "of no format that is known" if kind == AUTO else f"not of the format {kind}"
        yield Found(where, "", LeftOut(known))
        return
    try:
        for read in chosen.read(value):
            yield Found(where, chosen.name, read)
    except Untranslatable as error:
        yield Found(where, chosen.name, LeftOut(str(error)))
