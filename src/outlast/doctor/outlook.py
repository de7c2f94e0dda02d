"""Each virtual model's next months, and how old that knowledge is.

It knows what a plan of today and a plan of a later day mean for an operator. It does not know how plans are made
(``gateway.plan``) nor where claims come from.
"""

import datetime as dt
from collections.abc import Collection, Iterator

from outlast.catalog.port import Knowledge
from outlast.doctor.finding import Finding, fault, ok, warning
from outlast.gateway.plan import Plan, World, plan
from outlast.settings import ModelSettings, Settings

AHEAD_DAYS = 90
STALE_DAYS = 180


def model_findings(settings: Settings, knowledge: Knowledge, day: dt.date) -> Iterator[Finding]:
    """One finding for each virtual model, and one more for each candidate that is dropped now or by then."""
    later = day + dt.timedelta(days=AHEAD_DAYS)
    for name, model in settings.models.items():
        now = plan(model, World(providers=settings.providers, knowledge=knowledge, day=day))
        then = plan(model, World(providers=settings.providers, knowledge=knowledge, day=later))
        yield _model(name, model, now, then, day)
        if then.attempts:
            yield from _dropped(name, now, then)


def _dropped(name: str, now: Plan, then: Plan) -> Iterator[Finding]:
    """Candidates that stand in the configuration for nothing; a target's own end is the model's finding."""
    targets = {member.settings.to for member in now.members}
    known = {entry.target for entry in now.dropped}
    later = (entry for entry in then.dropped if entry.target not in targets | known)
    for entries, when in ((now.dropped, "is dropped"), (later, f"will be dropped within {AHEAD_DAYS} days")):
        for entry in entries:
            if entry.target in targets and now.switched:
                continue
            yield warning(
                f"model {name}",
                f"{entry.target} {when}: {entry.reason}",
                why="it is configured and not asked",
                do=f'outlast explain "{name}", then replace it in [models."{name}"]',
            )


def _model(name: str, model: ModelSettings, now: Plan, then: Plan, day: dt.date) -> Finding:
    check = f"model {name}"
    advice = _advice(name, model, now)
    if not now.attempts:
        return fault(check, "no candidate is left", why="its calls are answered with 410", do=advice)
    last = now.lasting
    ends = last.standing.ends
    first = now.attempts[0].target
    if not then.attempts:
        said = f"{last.settings.to} ends on {ends}, and nobody takes over"
        return fault(check, said, why="its calls are answered with 410 from that day on", do=advice)
    if ends is None or (ends - day).days > AHEAD_DAYS:
        return ok(check, f"{first} answers; " + ("no end is known" if ends is None else f"ends {ends}"))
    days = (ends - day).days
    when = f"{last.settings.to} {'ended' if days < 0 else 'ends'} on {ends} ({last.standing.precision})"
    takes_over = then.attempts[0].target
    if now.switched or takes_over != last.settings.to:
        return ok(check, f"{when}; {takes_over} {'answers' if now.switched else 'takes over'}")
    return warning(
        check,
        f"{when}, and it is still asked afterwards",
        why=f'switch = "{model.switch}", or the day is not sure: callers would meet the end first',
        do=advice,
    )


def _advice(name: str, model: ModelSettings, now: Plan) -> str:
    if model.switch == "manual" and now.recommended:
        return f'[models."{name}"] fallback = "{now.recommended}", or another switch: manual lets no successor answer'
    if model.follows_chain or not now.recommended:
        return f'outlast explain "{name}", then [models."{name}"] successor = "provider/model"'
    return f'[models."{name}"] successor = "chain" (to {now.recommended}), then `outlast reload`'


def catalogue_finding(catalogue_day: dt.date, today: dt.date, notes: Collection[str]) -> Finding:
    """Whether what is known of models is recent."""
    age = (today - catalogue_day).days
    if notes:
        return fault(
            "catalogue",
            "; ".join(notes),
            why="dates from feeds are missing, and every reload is refused",
            do="mend the file that is named or move it away, then `outlast reload`",
        )
    if age > STALE_DAYS:
        return warning(
            "catalogue",
            f"as known on {catalogue_day}, {age} days ago",
            why="the usual notice of a retirement is half a year: newer ones are missing",
            do="pip install --upgrade outlast, or `outlast catalog update FILE|URL`",
        )
    return ok("catalogue", f"as known on {catalogue_day}")
