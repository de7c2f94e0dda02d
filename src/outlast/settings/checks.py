"""What one table of a configuration cannot know: names that refer to other tables, words that belong together.

This file knows which values contradict each other. It does not know where they stand in the text: whoever asks
brings the function that makes the error.
"""

import unicodedata
from collections.abc import Mapping
from typing import Protocol

from outlast.errors import SettingsInvalid
from outlast.settings.built_in import is_packaged
from outlast.settings.lines import dotted
from outlast.settings.vendors import STORED, VENDORS, VERTEX, base_url_of, vendor_of
from outlast.settings.words import DEAREST, ModelSettings, ProviderSettings, Settings, UserModel


class Wrong(Protocol):
    """Makes the error for a value at a path."""

    def __call__(
        self, path: tuple[str, ...], message: str, word: str = "", words: tuple[str, ...] = ()
    ) -> SettingsInvalid:
        """The error with its line, and the nearest of the words that are known."""


def check(settings: Settings, document: Mapping[str, object], wrong: Wrong, *, packaged: bool) -> None:
    """Refuse what cannot be meant; ``document`` tells what was said from what is a default.

    ``packaged``: snapshots of the local engine come with this build.

    Raises:
        SettingsInvalid: made by ``wrong``.
    """
    _check_server(settings, wrong)
    _check_stored(settings, wrong)
    _check_ledger(settings, wrong)
    for name, provider in settings.providers.items():
        _check_provider(name, provider, wrong)
        _check_local(name, provider, wrong, packaged=packaged)
        if not provider.api_keys and _says(document, "providers", name, "api_keys"):
            raise wrong(("providers", name, "api_keys"), f"[{dotted(('providers', name))}] api_keys is an empty list")
    for name, model in settings.models.items():
        _check_model(name, model, settings, wrong)
    _check_policy(settings, wrong)
    for ref, own in settings.catalog.models.items():
        _check_price(ref, own, wrong)
    _check_offered(settings, wrong)


def _says(document: object, *path: str) -> bool:
    for part in path:
        if not isinstance(document, dict) or part not in document:
            return False
        document = document[part]
    return True


def _check_server(settings: Settings, wrong: Wrong) -> None:
    one, together = settings.server.max_body_bytes, settings.server.max_bodies_bytes
    if together < one:
        raise wrong(
            ("server", "max_bodies_bytes"),
            f"[server] max_bodies_bytes = {together} has no room for one body of max_body_bytes = {one}",
        )


def _check_stored(settings: Settings, wrong: Wrong) -> None:
    said = settings.server.stored
    for kind in said if isinstance(said, dict) else ():
        if kind not in STORED:
            raise wrong(("server", "stored"), f"[server] stored: nothing is called {kind!r}", kind, STORED)
    names = [said] if isinstance(said, str) else list((said or {}).values())
    for word, name in [*(("stored", name) for name in names), ("passthrough", settings.server.passthrough)]:
        if name is None:
            continue
        path, where = ("server", word), f"[server] {word} = {name!r}"
        provider = settings.providers.get(name)
        if provider is None:
            raise wrong(path, f"{where}: there is no [providers.{name}]", name, tuple(settings.providers))
        if provider.kind != "openai" or provider.deployments:
            what = "uses deployments" if provider.deployments else f"is of kind = {provider.kind!r}"
            raise wrong(path, f'{where}: it {what}; only kind = "openai" without deployments can be passed such calls')
    for kind, name in said.items() if isinstance(said, dict) else ():
        if kind not in vendor_of(settings.providers[name]).serves:
            raise wrong(("server", "stored"), f"[server] stored: {kind} = {name!r}, whose vendor has no /v1/{kind}")


def _check_ledger(settings: Settings, wrong: Wrong) -> None:
    keep, bodies = settings.ledger.keep, settings.ledger.keep_bodies
    if keep is not None and bodies is not None and int(bodies[:-1]) > int(keep[:-1]):
        raise wrong(
            ("ledger", "keep_bodies"),
            f"[ledger] keep_bodies = {bodies!r} is longer than keep = {keep!r}; what was said goes with its call",
        )


def _check_provider(name: str, provider: ProviderSettings, wrong: Wrong) -> None:
    if provider.profile is not None:
        _check_profile(name, provider, provider.profile, wrong)
    if provider.kind == "openai" and not base_url_of(provider):
        raise wrong(("providers", name), f'[providers.{name}] kind = "openai" needs `base_url` or `profile`')
    if provider.kind == "recorded" and not provider.file:
        raise wrong(("providers", name), f'[providers.{name}] kind = "recorded" needs `file`')
    if bool(provider.weights) != (provider.kind == "transformers"):
        said = "needs `weights`: a table for each model" if provider.kind == "transformers" else "has no `weights`"
        raise wrong(("providers", name), f"[providers.{name}] kind = {provider.kind!r} {said}; see docs/open-models.md")
    if provider.api_keys and provider.api_key is not None:
        raise wrong(("providers", name, "api_keys"), f"[providers.{name}] has both `api_key` and `api_keys`")
    if "/" in name:
        raise wrong(("providers", name), f'[providers."{name}"] a provider\'s name has no slash')


def _check_local(name: str, provider: ProviderSettings, wrong: Wrong, *, packaged: bool) -> None:
    if provider.kind != "local":
        if provider.files:
            raise wrong(
                ("providers", name, "files"), f'[providers.{name}] `files` is of kind = "local" alone; use `file`'
            )
        return
    if provider.file and provider.files:
        said = "has both `file` and `files`"
    elif is_packaged(provider) and not packaged:
        said = "needs `file` (or `files`): this build of Outlast comes without snapshots of the engine"
    else:
        return
    raise wrong(("providers", name), f'[providers.{name}] kind = "local" {said}; see docs/omni.md')


def _check_profile(name: str, provider: ProviderSettings, profile: str, wrong: Wrong) -> None:
    path = ("providers", name, "profile")
    row = VENDORS.get(profile)
    if row is None:
        raise wrong(path, f"[providers.{name}] profile = {profile!r} is no known vendor", profile, tuple(VENDORS))
    kind = row.speaks[0] if row.speaks[0] in ("anthropic", "gemini") else "openai"
    if provider.kind != kind:
        raise wrong(path, f"[providers.{name}] profile = {profile!r} is of kind = {kind!r}, not {provider.kind!r}")
    if row is VERTEX and provider.project is None:
        raise wrong(path, f"[providers.{name}] profile = 'vertex' needs `project`")


def _check_model(name: str, model: ModelSettings, settings: Settings, wrong: Wrong) -> None:
    table = dotted(("models", name))
    if not name.strip() or _has_control(name):
        raise wrong(("models", name), f"[{table}] a model's name is not empty and has no control characters")
    targets = tuple(each.to for each in model.targets)
    for word, refs in (("target", targets), ("successor", model.successors), ("fallback", model.fallbacks)):
        for ref in refs:
            path = ("models", name, word)
            if _has_control(ref):
                raise wrong(path, f"[{table}] {word} = {ref!r} has a control character")
            provider = ref.partition("/")[0]
            if provider not in settings.providers:
                said = f"[{table}] {word} = {ref!r}: there is no [providers.{provider}]"
                raise wrong(path, said, provider, tuple(settings.providers))
    if model.persona is not None and model.persona not in settings.personas:
        said = f"[{table}] persona = {model.persona!r}: there is no [{dotted(('personas', model.persona))}]"
        raise wrong(("models", name, "persona"), said, model.persona, tuple(settings.personas))


def _check_offered(settings: Settings, wrong: Wrong) -> None:
    """What people are offered has a name that can be asked for."""
    chat = settings.chat
    offered: list[tuple[tuple[str, ...], str]] = [(("chat", "models"), each) for each in chat.models]
    if chat.default is not None:
        offered.append((("chat", "default"), chat.default))
    for name, plan in settings.plans.items():
        offered += [(("plans", name, "models"), each) for each in plan.models or ()]
    for asked, plans in chat.restored.items():
        offered.append((("chat", "restored"), asked))
        for each in plans:
            if each not in settings.plans:
                said = f"[chat] restored: {asked!r} for {each!r}: there is no [{dotted(('plans', each))}]"
                raise wrong(("chat", "restored"), said, each, tuple(settings.plans))
    for path, asked in offered:
        provider, slash, model = asked.partition("/")
        if asked in settings.models or (slash and model and provider in settings.providers):
            continue
        where = f"[{dotted(path[:-1])}] {path[-1]}"
        raise wrong(
            path,
            f"{where}: {asked!r} is no virtual model, and no provider/model of a provider here",
            asked,
            tuple(settings.models),
        )


def _check_policy(settings: Settings, wrong: Wrong) -> None:
    known = (*settings.models, *settings.policy.models)
    for name, own in settings.policy.models.items():
        path = ("policy", "models", name)
        if name not in settings.models and own.retires is None:
            raise wrong(path, f"[{dotted(path)}] there is no [models.{name}]", name, tuple(settings.models))
        if own.successor is not None and own.successor not in known:
            said = f"[{dotted(path)}] successor = {own.successor!r}: there is no such virtual model"
            raise wrong((*path, "successor"), said, own.successor, known)
        if own.successor == name:
            raise wrong((*path, "successor"), f"[{dotted(path)}] a model is no successor of itself")


def _has_control(name: str) -> bool:
    return any(unicodedata.category(each) == "Cc" for each in name)


def _check_price(ref: str, own: UserModel, wrong: Wrong) -> None:
    for word, amount in own.price.items():
        if not 0 <= amount <= DEAREST:  # not a number is in no range
            path = ("catalog", "models", ref, "price", word)
            raise wrong(
                path, f"[{dotted(path[:4])}] {word} = {amount:g} is no price: USD per million tokens, 0 to {DEAREST}"
            )
