"""What this configuration and its traffic depend on: every virtual model, and every direct model that was called.

It knows how names of the record and of ``outlast.toml`` lead to models of the catalogue. It does not know when a
model ends.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from outlast.catalog.models import Model
from outlast.catalog.port import Knowledge
from outlast.catalog.reference import Reference, reference
from outlast.exchange import SeenModel
from outlast.horizon.record import Recorded, add_up
from outlast.settings import ModelSettings, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependant:
    """One name that applications call, the model behind it, and its recorded traffic.

    A virtual model with several targets is one dependant for each: they have clocks of their own.
    """

    name: str
    target: str
    """``provider table/model id``."""
    behind: Reference
    declared: ModelSettings | None
    """The virtual model's settings; None for a direct name."""
    recorded: Recorded


def dependants(settings: Settings, seen: Sequence[SeenModel], knowledge: Knowledge) -> Iterator[Dependant]:
    """Virtual models in the order of the configuration, then direct names as they were seen.

    A name that is virtual today owns its earlier direct traffic too. A direct name counts once the catalogue
    knows its model or the model has answered: a caller's slip of the pen is no dependence.
    """
    by_name: defaultdict[str, list[SeenModel]] = defaultdict(list)
    for one in seen:
        by_name[one.requested].append(one)
    for name, declared in settings.models.items():
        yield from _of_virtual(name, declared, by_name.pop(name, []), settings)
    for name, rows in by_name.items():
        direct = [one for one in rows if not one.virtual and one.served]
        behind = reference(name, settings.providers)
        recorded = add_up(direct)
        if recorded.calls > recorded.failed or (direct and knowledge.find(behind.ref) is not None):
            yield Dependant(name=name, target=name, behind=behind, declared=None, recorded=recorded)


def _of_virtual(
    name: str, declared: ModelSettings, seen: Sequence[SeenModel], settings: Settings
) -> Iterator[Dependant]:
    """Each target with the calls that it served; what anybody else served is the first one's."""
    later = {each.to for each in declared.targets[1:]}
    for place, each in enumerate(declared.targets):
        own = (one for one in seen if (one.served not in later if place == 0 else one.served == each.to))
        yield Dependant(
            name=name,
            target=each.to,
            behind=reference(each.to, settings.providers, declared.catalog_model_of(each.to)),
            declared=declared,
            recorded=add_up(own),
        )


def recorded_of_model(model: Model, settings: Settings, seen: Iterable[SeenModel], knowledge: Knowledge) -> Recorded:
    """The traffic that one model stands for: calls that it served, or whose virtual name has it as target."""

    def stands_for(target: str, catalog_model: str | None = None) -> bool:
        return knowledge.find(reference(target, settings.providers, catalog_model).ref) == model

    def asked_for(one: SeenModel) -> bool:
        """A name of several targets stands for what each of them served; of one, for all that was asked of it."""
        declared = settings.models.get(one.requested)
        if declared is None:
            return False
        targets = [each.to for each in declared.targets]
        target = one.served if one.served in targets else targets[0]
        return stands_for(target, declared.catalog_model_of(target))

    return add_up(one for one in seen if asked_for(one) or stands_for(one.served))


def recorded_of_name(name: str, seen: Iterable[SeenModel]) -> Recorded:
    """The traffic of one name that applications call, whoever served it."""
    return add_up(one for one in seen if one.requested == name)
