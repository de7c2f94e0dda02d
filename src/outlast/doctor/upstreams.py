"""Providers and the gateway itself, as they answered when they were asked.

It knows which answer means what for an operator. It does not know how anybody is asked.
"""

from collections.abc import Iterator, Mapping

import msgspec

from outlast.doctor.finding import Finding, fault, ok, warning


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """One provider's answer to ``GET /models``, asked with one of its keys."""

    provider: str
    place: int = 1
    """Which of several keys, from 1."""
    keys: int = 1
    status: int = 0
    """0: no answer came."""
    refused: bool = False
    """The answer says that the key is wrong, whatever its status; Google's is 400."""
    error: str = ""
    """Why not."""
    took_ms: float = 0.0


class RunningFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A gateway on this configuration's database, or on its port."""

    pid: int | None = None
    """None: none runs."""
    address: str = ""
    ready: bool | None = None
    """What ``/readyz`` said; None: it did not answer."""
    checks: Mapping[str, tuple[bool, str]] = {}
    """Of each check: whether it is fine, and what it says."""
    error: str = ""
    """Why it could not be asked."""
    port_taken: bool = False
    """Somebody listens on the port, and it is no gateway on this database."""
    listen: str = ""
    """The configuration's host and port."""


def provider_finding(probe: Probe) -> Finding:
    """What one provider's answer means."""
    check = f"provider {probe.provider}"
    which = f" with key {probe.place} of {probe.keys}" if probe.keys > 1 else ""
    took = f"{probe.took_ms:.0f} ms"
    if not probe.status:
        return fault(
            check,
            probe.error,
            why="its models cannot be asked from here",
            do=f"look at [providers.{probe.provider}] base_url, the network and the proxy (HTTPS_PROXY)",
        )
    if probe.refused or probe.status in (401, 403):
        return fault(
            check,
            f"refuses{which}: {probe.status}",
            why="every call with this key is refused",
            do=f"renew the key of [providers.{probe.provider}] at the provider, then `outlast reload`",
        )
    if 300 <= probe.status < 400:
        return fault(
            check,
            f"redirects: {probe.status}",
            why="a redirect is not followed: it would carry the key elsewhere",
            do=f"correct [providers.{probe.provider}] base_url, scheme and path included",
        )
    if probe.status >= 500 or probe.status == 429:
        return warning(
            check,
            f"answers {probe.status}{which} ({took})",
            why="it is reached, and is in trouble or limits you at the moment",
            do=f"try again; look at the status page of {probe.provider}",
        )
    if probe.status >= 400:
        return ok(check, f"is reached ({took}); it lists no models ({probe.status}), so the key was not tried")
    return ok(check, f"is reached and takes the key{which} ({took})")


def running_findings(facts: RunningFacts) -> Iterator[Finding]:
    """Whether a gateway runs, and what it says of itself."""
    if facts.port_taken and facts.ready is not None:
        yield warning(
            "gateway",
            f"a gateway on another database, or in another container, listens on {facts.listen}",
            why="`outlast serve` cannot start there, and callers talk to that one",
            do="look at its configuration, or choose another [server] port",
        )
    elif facts.port_taken:
        yield fault(
            "gateway",
            f"something else listens on {facts.listen}",
            why="`outlast serve` cannot start there",
            do="stop it, or choose another [server] port",
        )
    elif facts.pid is None:
        yield ok("gateway", f"none runs; {facts.listen} is free" if facts.listen else "none runs")
    elif facts.ready is None:
        yield fault(
            "gateway",
            f"process {facts.pid} runs and does not answer on {facts.address}: {facts.error}",
            why="callers get no answer either",
            do="look at its log; restart it if it hangs",
        )
    else:
        yield from _said(facts)


def _said(facts: RunningFacts) -> Iterator[Finding]:
    unwell = {name: says for name, (fine, says) in facts.checks.items() if not fine}
    for name, says in unwell.items():
        yield fault(
            "gateway", f"{name}: {says}", why="/readyz answers 503", do="look at its log and at docs/operations.md"
        )
    targets = facts.checks.get("targets", (True, ""))[1]
    if "left alone" in targets or "next call finds out" in targets:
        yield warning(
            "targets",
            targets,
            why="calls go to other targets or fail until it answers again",
            do="look at the provider's status page and at its key",
        )
    database = facts.checks.get("database", (True, ""))[1]
    if database.startswith("away"):
        yield warning("gateway", f"database: {database}", why="usage lags behind", do="look at the disk and the locks")
    if not unwell:
        yield ok("gateway", f"process {facts.pid} is ready on {facts.address}")
