"""A gateway's log: one line a call, and what the program itself has to say, in one form through one writer.

It knows which form was asked for. It does not know how a line is put together (``telemetry.line``) nor how it
reaches stderr (``telemetry.writer``).
"""

import logging
from collections.abc import Callable
from typing import Literal

from outlast.exchange import Exchange
from outlast.gateway.call import Call
from outlast.telemetry.line import LONGEST, as_json, as_text, json_line, shown, stamp
from outlast.telemetry.writer import LineWriter

Format = Literal["json", "text"]
_MESSAGE = 2000  # characters of a message; its escapes must fit into a line
_NS = 1_000_000_000


class CallLog:
    """The witness that writes one line a call."""

    def __init__(self, writer: LineWriter, form: Format) -> None:
        self._put = writer.put
        self._line = as_json if form == "json" else as_text

    def ended(self, exchange: Exchange, call: Call, traceparent: str) -> None:
        """One line."""
        self._put(self._line(exchange, traceparent or call.headers.get("traceparent", "")))


class LogHandler(logging.Handler):
    """What the program logs, through the same writer: a warning waits for a full pipe as little as a call does."""

    def __init__(self, put: Callable[[bytes], None], form: Format) -> None:
        """``put`` takes a line from any thread."""
        super().__init__()
        self._put = put
        self._form = form

    def emit(self, record: logging.LogRecord) -> None:
        """One line; a traceback goes into it, with its line ends escaped."""
        try:
            said = self.format(record)
        except Exception:  # noqa: BLE001 - logging's own rule: a message that cannot be made fails nobody
            said = str(record.msg)
        self._put(self._lined(record, said[:_MESSAGE]))

    def _lined(self, record: logging.LogRecord, said: str) -> bytes:
        when, level = stamp(int(record.created * _NS)), record.levelname.lower()
        if self._form == "text":
            line = f"{when} {level} {said if said.isprintable() and said.isascii() else shown(said)}\n".encode()
        else:
            line = json_line({"event": "log", "time": when, "level": level, "logger": record.name, "message": said})
        return line if len(line) <= LONGEST else self._lined(record, said[: len(said) // 2])


def notice(form: Format, unix_ns: Callable[[], int]) -> Callable[[int], bytes]:
    """What is said of lines that were dropped."""

    def line(lines: int) -> bytes:
        when = stamp(unix_ns())
        if form == "text":
            return f"{when} warning {lines} log lines were dropped: nobody took them in time\n".encode()
        return json_line({"event": "dropped", "time": when, "level": "warning", "lines": lines})

    return line
