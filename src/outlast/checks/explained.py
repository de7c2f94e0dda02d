"""What each check means, in words: the list in docs/checks.md is made of this.

It knows sentences. It does not judge anything.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from outlast.checks.check import Check


class Explained(NamedTuple):
    """One check, or all that share the beginning of a name."""

    meaning: str
    applies: str
    reasons: str = ""


EXPLAINED: Final[dict[str, Explained]] = {
    "contract": Explained("passes everything below it that applies", "always"),
    "contract.answered": Explained("says something", "always", "empty answer"),
    "contract.complete": Explained("is not cut by its token limit", "always", "cut by its token limit"),
    "contract.unfiltered": Explained("is not cut by a content filter", "always", "cut by a content filter"),
    "contract.json": Explained("is JSON and nothing else", "the request asks for JSON", "not JSON; in a code fence"),
    "contract.schema": Explained(
        "meets the schema", "the request brings one", "`schema:` and the word that fails; too costly to check"
    ),
    "contract.tools": Explained(
        "asks for the incumbent's tool calls, as the tools' schemas read them",
        "the request offers tools",
        "no call; needless call; other tool; other number of calls; unknown tool; arguments are no JSON; argument "
        "missing, added, differs; wording differs",
    ),
    "contract.refusal": Explained("does not refuse (docs/tone.md)", "always", "refused"),
    "contract.language": Explained("is in the language of its request", "the language can be told", "other language"),
    "facts": Explained("passes everything below it that applies", "any of them applies"),
    "facts.key": Explained(
        "gives the right answer",
        "the request came with its key",
        "other than the key; no choice found; number is not the key's; key not found",
    ),
    "facts.choice": Explained(
        "chooses the incumbent's option", "lettered options, no key, A' is there", "other choice; no choice found"
    ),
    "facts.numbers": Explained(
        "states the incumbent's amounts, in any spelling",
        "A states amounts that its prompt does not, A' is there",
        "number differs; number missing; unit differs",
    ),
    "facts.dates": Explained(
        "states the incumbent's dates",
        "A states dates that its prompt does not, A' is there",
        "date differs; date missing",
    ),
    "facts.copied": Explained(
        "alters no address, mail address, identifier or quotation of the prompt",
        "the prompt has such names or 200 characters",
        "address, mail, id, mark, quotation altered",
    ),
    "latency.": Explained("its time over the incumbent's, as a ratio of quantiles", "both were timed"),
    "cost.total": Explained("the sample's cost over the incumbent's", "both have a price"),
    "tone.": Explained(
        "its style, in spreads of the incumbent's own (docs/tone.md)", "the feature is measured in the language"
    ),
    "probes.": Explained("its word under a keyed question (docs/probes.md)", "`--gate probes`"),
}


def explained(name: str) -> Explained | None:
    """What is said of a check; None: nothing."""
    return EXPLAINED.get(name) or EXPLAINED.get(f"{name.partition('.')[0]}.")


def as_table(suite: Sequence[Check]) -> str:
    """The list as Markdown: every check of its own name, and one line for those that share one."""
    lines = ["| check | an answer passes where it | applies where | reasons |", "|---|---|---|---|"]
    seen: set[Explained] = set()
    for check in suite:
        said = explained(check.name)
        if said is None or said in seen:
            continue
        seen.add(said)
        name = check.name if check.name in EXPLAINED else f"{check.family}.*"
        lines.append(f"| `{name}` | {said.meaning} | {said.applies} | {said.reasons} |")
    return "\n".join(lines)
