"""Checks of the user's own, made to run: a Python function, a shell command, a JSON Schema.

It knows files, processes and their time. It does not know what a check's word counts for (``checks.user``). The text
of a model reaches a function as a value and a command as standard input; no shell ever reads it.
"""

import contextlib
import hashlib
import importlib.util
import inspect
import os
import re
import shlex
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from outlast.checks.schemas import is_schema
from outlast.checks.shapes import PASS_FAIL
from outlast.checks.user import SCORE, Asked, UserCheck, Word, schema_word
from outlast.errors import EvidenceInvalid

PATIENCE_S: Final = 30.0
"""How long a command may look at one answer."""
_FUNCTION = re.compile(r"(?P<file>.+\.py):(?P<name>[A-Za-z_]\w*)")
Function = Callable[[dict[str, Any], dict[str, Any]], object]
"""What a user writes: request and answer as JSON's own values."""


def open_checks(given: Sequence[str], *, patience_s: float = PATIENCE_S) -> tuple[UserCheck, ...]:
    """Every ``--check``, in order; a name that is taken gets a number.

    Raises:
        EvidenceInvalid: one is neither a function in a file, a JSON Schema nor a command.
    """
    checks: list[UserCheck] = []
    for text in given:
        check = _open(text, patience_s)
        taken = sum(other.name == check.name or other.name.startswith(f"{check.name}-") for other in checks)
        name = f"{check.name}-{taken + 1}" if taken else check.name
        checks.append(UserCheck(name=name, digest=check.digest, ask=check.ask, range=check.range))
    return tuple(checks)


def _open(text: str, patience_s: float) -> UserCheck:
    if match := _FUNCTION.fullmatch(text):
        return _function(Path(match["file"]), match["name"])
    if text.endswith(".json") and " " not in text:
        return _schema(Path(text))
    return _command(text, patience_s)


def _function(path: Path, name: str) -> UserCheck:
    source = _read(path)
    spec = importlib.util.spec_from_file_location(f"outlast_check_{_digest(source)[:12]}", path)
    if spec is None or spec.loader is None:
        raise EvidenceInvalid(f"--check {path}: this is no Python file")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # the user's own file may raise anything
        raise EvidenceInvalid(f"--check {path}: it cannot be loaded: {type(error).__name__}: {error}") from error
    function = getattr(module, name, None)
    if not callable(function):
        raise EvidenceInvalid(f"--check {path}:{name}: there is no function {name!r} in this file")
    scores = inspect.get_annotations(function, eval_str=False).get("return") in (float, "float")
    ask = _remembered(lambda asked: _called(function, asked, scores=scores))
    digest = _digest(source, name.encode())
    return UserCheck(name=f"user.{name}", digest=digest, ask=ask, range=SCORE if scores else PASS_FAIL)


def _called(function: Function, asked: bytes, *, scores: bool) -> Word:
    told: dict[str, dict[str, Any]] = msgspec.json.decode(asked)
    try:
        value = function(told["request"], told["answer"])
    except Exception as error:  # noqa: BLE001 - the user's own function may raise anything; its word is that it has none
        return Word(None, f"the check raised {type(error).__name__}")
    if not isinstance(value, (bool, int, float)):
        return Word(None, f"the check said {type(value).__name__}")
    said = float(value)
    allowed = 0 <= said <= 1 if scores else said in {0.0, 1.0}
    if not allowed:
        return Word(None, f"the check said {said:g}")
    return Word(said, "" if said == 1 or scores else "failed")


def _schema(path: Path) -> UserCheck:
    schema = _read(path)
    if not is_schema(schema):
        raise EvidenceInvalid(f"--check {path}: this is no JSON Schema (2020-12)")
    return UserCheck(name=f"user.{_plain(path.stem)}", digest=_digest(schema), ask=_remembered(schema_word(schema)))


def _command(text: str, patience_s: float) -> UserCheck:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise EvidenceInvalid(f"--check {text!r}: this is no shell command: {error}") from error
    if not words:
        raise EvidenceInvalid("--check '': write FILE.py:function, a shell command, or a JSON Schema's FILE.json")
    files = [Path(word).read_bytes() for word in words if "/" in word and Path(word).is_file()]
    digest = _digest(text.encode(), *files)
    ask = _remembered(lambda asked: _told(text, asked, patience_s))
    return UserCheck(name=f"user.{_plain(Path(words[0]).stem)}", digest=digest, ask=ask)


def _told(command: str, asked: bytes, patience_s: float) -> Word:
    """The command's exit code: 0 passes, 1 fails, anything else says nothing."""
    try:
        process = subprocess.Popen(  # noqa: S603 - the user's own words; a model's text is on standard input alone
            ["/bin/sh", "-c", command],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        return Word(None, f"the check cannot be run: {error.strerror}")
    try:
        process.communicate(asked, timeout=patience_s)
    except subprocess.TimeoutExpired:
        return Word(None, f"the check took over {patience_s:g} s")
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # whatever it started, too
        process.wait()
    if process.returncode in (0, 1):
        return Word(float(not process.returncode), "failed" if process.returncode else "")
    return Word(None, f"the check ended with {process.returncode}")


def _remembered(ask: Asked) -> Asked:
    """The same answer is looked at once: the incumbent's is compared with every candidate's."""
    said: dict[bytes, Word] = {}

    def asked_once(asked: bytes) -> Word:
        key = hashlib.blake2b(asked, digest_size=16).digest()
        if key not in said:
            said[key] = ask(asked)
        return said[key]

    return asked_once


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EvidenceInvalid(f"--check {path}: {error.strerror}") from error


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _plain(word: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]+", "_", word).strip("_").lower() or "check"
