"""``models diff`` with requests: what a move from one model to the other would do to them.

It knows where requests come from and how the count is shown. It does not know rules or translations
(``dialects.moving``).
"""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
import msgspec

from outlast.catalog.models import Model
from outlast.cli.exits import FINDINGS, FINE
from outlast.cli.options import Context
from outlast.cli.output import note, print_json, print_table
from outlast.dialects.adaptation import profile
from outlast.dialects.adaptation.rulebook import BY_ID
from outlast.dialects.moving import Counted, Tally, move, sent_of
from outlast.errors import CallerError, EvidenceInvalid
from outlast.exchange import ExchangeQuery
from outlast.wiring import open_record

_LONGEST_WHY = 160
_PATHS = ("uri", "url", "path")
_BODIES = ("request", "body")


class Source(NamedTuple):
    """Where requests come from; one of the three."""

    request: Path | None = None
    traffic: Path | None = None
    recorded: bool = False
    since: dt.date | None = None

    def check(self) -> bool:
        """Whether any was named. Raises ``UsageError`` where they do not go together."""
        named = (self.request is not None) + (self.traffic is not None) + self.recorded
        if named > 1:
            raise click.UsageError("--request, --traffic and --recorded: name one of them")
        if self.since is not None and not self.recorded:
            raise click.UsageError("--since goes with --recorded")
        return named == 1


class Line(NamedTuple):
    """One request as it was found."""

    where: str
    body: bytes
    path: str


def judge(name: str, old: Model, new: Model, source: Source, context: Context) -> int:
    """Count, print, and say by the exit code whether anything breaks.

    Raises:
        EvidenceInvalid: there is no request to judge by.
    """
    tally, known = Tally(), profile(new)
    for line in _lines(name, source, context):
        try:
            sent = sent_of(line.body, line.path, old.provider)
            tally.add(sent.dialect, move(sent, new, known))
        except CallerError as error:
            tally.skip(line.where, str(error))
    if not tally.requests:
        raise EvidenceInvalid(_nothing(name, source, tally))
    if context.format == "json":
        print_json(_document(old, new, tally))
    else:
        _print(old, new, tally)
    for remark in _remarks(old, new, tally):
        note(remark, quiet=context.quiet)
    return FINDINGS if tally.breaking else FINE


def _lines(name: str, source: Source, context: Context) -> Iterator[Line]:
    if source.recorded:
        query = ExchangeQuery(requested=name, since=source.since, outcome="answered", bodies=True)
        for exchange in open_record(context.settings).exchanges(query):
            if exchange.request_body is not None:
                yield Line(exchange.id, exchange.request_body, exchange.path)
        return
    if source.request is not None:
        yield _line(str(source.request), _read(source.request))
    if source.traffic is not None:
        for number, text in enumerate(_read(source.traffic).splitlines(), 1):
            if text.strip():
                yield _line(f"{source.traffic}:{number}", text)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EvidenceInvalid(f"{path} cannot be read: {error.strerror or error}") from error


def _line(where: str, text: bytes) -> Line:
    """A request by itself, or inside of an object that says its path, too: a recording, a line of a batch."""
    try:
        members = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        said = {name: bytes(members[name]) for name in (*_PATHS, *_BODIES) if name in members}
        path = next((msgspec.json.decode(said[n], type=str) for n in _PATHS if said.get(n, b"")[:1] == b'"'), "")
        body = next((said[n] for n in _BODIES if said.get(n, b"")[:1] == b"{"), text)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return Line(where, text, "")
    return Line(where, body, path)


def _nothing(name: str, source: Source, tally: Tally) -> str:
    if tally.unread:
        return f"none of {tally.unread} requests can be read; the first: {tally.first_unread}"
    if source.recorded:
        return f'no request of {name!r} is recorded with its body: record = "full" on the model keeps them'
    return "no request was found: one JSON object, or one on each line"


def _print(old: Model, new: Model, tally: Tally) -> None:
    rows = [(str(row.requests), row.done, row.what, _short(row.why)) for row in tally.rows()]
    if rows:
        print_table(f"{old.ref} to {new.ref}", ("requests", "", "what", ""), rows)
    verdict = (
        "needs no change" if not tally.breaking else f"{tally.breaking} would be refused, lose something or change"
    )
    click.echo(f"{tally.requests} request{'s' if tally.requests != 1 else ''}: {verdict}")


def _remarks(old: Model, new: Model, tally: Tally) -> Iterator[str]:
    if tally.unread:
        yield f"outlast: {tally.unread} could not be read and are not counted; the first: {tally.first_unread}"
    if tally.may_not_fit:
        yield f"outlast: {tally.may_not_fit} may not fit into {new.ref}'s window (four bytes a token, an estimate)"
    for (caller, target), count in tally.routes.items():
        if caller != target:
            yield f"outlast: {count} are translated from {caller} to {target}"
    if "embeddings" in (caller for caller, _ in tally.routes) and old.ref != new.ref:
        yield "outlast: vectors of two models never compare: everything embedded before must be embedded again"


def _document(old: Model, new: Model, tally: Tally) -> dict[str, object]:
    return {
        "models": [old.ref, new.ref],
        "requests": tally.requests,
        "breaking": tally.breaking,
        "may_not_fit": tally.may_not_fit,
        "unread": {"requests": tally.unread, "first": tally.first_unread or None},
        "routes": [
            {"from": caller, "to": target, "requests": count} for (caller, target), count in tally.routes.items()
        ],
        "rows": [_row(row) for row in tally.rows()],
    }


def _row(row: Counted) -> dict[str, object]:
    rule = BY_ID.get(row.what) if row.done != "lost" else None
    said = {} if rule is None else {"breaks": rule.breaks, "source": rule.source, "date": rule.date}
    return {"what": row.what, "done": row.done, "requests": row.requests, "why": row.why} | said


def _short(text: str) -> str:
    first = text.partition(". ")[0].rstrip(".")
    return first if len(first) <= _LONGEST_WHY else f"{first[: _LONGEST_WHY - 2]} …"
