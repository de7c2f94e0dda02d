"""``outlast init``: a commented ``outlast.toml`` to start from.

It knows the template, and picks as its example a model that lives today and whose successor lives too. It does
not know anything else about models.
"""

import datetime as dt
from pathlib import Path
from string import Template

import click

from outlast.catalog.port import Knowledge
from outlast.cli.options import Day
from outlast.errors import SettingsInvalid
from outlast.settings import DEFAULT_FILE, Settings
from outlast.wiring import open_knowledge

TEMPLATE = Template("""\
# Outlast: one name for a model that applications never have to change again.
# Every word here is optional unless it says otherwise. `outlast explain NAME` shows what a name leads to.

[server]
host = "127.0.0.1"                     # beyond loopback every call needs a key
port = 4141
database = "sqlite:///outlast.db"      # relative to this file
# today = 2027-01-15                   # rehearse a day: calendars and plans move, records do not

[providers.openai]
kind = "openai"                        # anything that speaks OpenAI's dialect | recorded | scripted (simulated)
base_url = "https://api.openai.com/v1" # as the vendor's own SDK takes it
api_key = "env:OPENAI_API_KEY"         # read when the gateway starts, never printed
# catalog = "openai"                   # the catalogue's provider; default: this table's name
# surface = "api"                      # whose clock counts; "azure" for Azure

# [providers.azure]
# kind = "openai"
# base_url = "https://NAME.openai.azure.com/openai/v1"
# api_key = "env:AZURE_OPENAI_API_KEY"
# catalog = "openai"
# surface = "azure"

# Other vendors, in their own dialect; any client reaches them, whichever it speaks.
# [providers.anthropic]
# kind = "anthropic"
# api_key = "env:ANTHROPIC_API_KEY"

# [providers.google]
# kind = "gemini"                      # with project = "…" and location = "…" it is Vertex, and the key a token
# api_key = "env:GEMINI_API_KEY"

# [providers.groq]
# kind = "openai"
# profile = "groq"                     # address, endpoints and dialects of a known vendor
# api_key = "env:GROQ_API_KEY"

# A simulated provider: answers without a key and without a network, as the real models would refuse and retire.
# [providers.simulated]
# kind = "scripted"
# catalog = "openai"

# A virtual model: the name that applications call.
[models."$name"]
target = "openai/$model"
successor = "chain"                    # follow the catalogue's, generally available models only; or name one, or a list
# fallback = ["openai/$living"]        # asked when the ones before it fail
# switch = "retirement"                # the day successors take over: retirement (default), a date, or "manual"
# adapt = true                         # rename or drop parameters that a successor refuses
# strict = false                       # true: refuse what a translation to another dialect would lose
# record = "metadata"                  # off | metadata | full (bodies too)
# persona = "friendly"                 # a voice of [personas.friendly]

# What people may talk to, at /chat of this gateway. Without this table: every virtual model, the first one first.
# [chat]
# default = "$name"
# models = ["$name", "openai/$living"]

# A voice that `persona` names. Each of warmth, enthusiasm, headings and emoji: less | default | more.
# [personas.friendly]
# base = "friendly"                    # default professional friendly candid quirky efficient nerdy cynical
# warmth = "more"
""")


PROVIDER = "openai"
KNOWN_BY_MOST = ("gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-5", "gpt-5-mini", "gpt-5.1")
"""Names that a newcomer's code is likely to hold; the first that still lives and will end is the example."""


@click.command()
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="Where to write.  [default: outlast.toml]"
)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.option("--today", type=Day(), metavar="DATE", help="Pick an example that lives on this day (UTC).")
def init(*, config: Path | None, force: bool, today: dt.date | None) -> None:
    """Write a commented outlast.toml to start from."""
    path = config or DEFAULT_FILE
    if path.exists() and not force:
        raise SettingsInvalid(f"{path} is there already; `outlast init --force` replaces it")
    text = starting_configuration(open_knowledge(Settings()), today or dt.datetime.now(dt.UTC).date())
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as exc:
        raise SettingsInvalid(f"{path} cannot be written: {exc.strerror or exc}") from exc
    click.echo(f"Wrote {path}. Next: set OPENAI_API_KEY, then `outlast serve`.")


def starting_configuration(knowledge: Knowledge, today: dt.date) -> str:
    """The template with an example that is alive on ``today``."""
    name, living = living_example(knowledge, today)
    return TEMPLATE.substitute(name=name, model=name, living=living)


def living_example(knowledge: Knowledge, today: dt.date) -> tuple[str, str]:
    """A model with an exact last day ahead and a living successor, as ids: ``("gpt-4o", "gpt-6-luna")``."""
    known = [model.id for model in knowledge.models() if model.provider == PROVIDER and model.kind == "chat"]
    for name in dict.fromkeys([*KNOWN_BY_MOST, *known]):
        standing = knowledge.standing(f"{PROVIDER}/{name}", "api", today)
        living = knowledge.chain(f"{PROVIDER}/{name}", "api", today).living
        if living and standing.ends and standing.ends > today and standing.switches:
            return name, living.partition("/")[2]
    return KNOWN_BY_MOST[0], KNOWN_BY_MOST[0]
