"""Which parameters a model refuses, and in which words: the catalogue's abilities turned into 400s.

It knows the rules as a table: each looks at the request and the model and says nothing or refuses. What the
catalogue does not say of a model is allowed. It does not know adaptation; that is the gateway's answer to this.
"""

from collections.abc import Callable
from dataclasses import dataclass

from outlast.catalog.models import Ability, Model
from outlast.providers.script.refusal import Refusal, unsupported_parameter, unsupported_value
from outlast.providers.script.request import ChatRequest

_GUIDES = "https://platform.openai.com/docs/guides"
_NONE = "none"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request beside what is known of the model it goes to."""

    request: ChatRequest
    model: Model

    def can(self, ability: str) -> Ability | None:
        """The catalogue's word for an ability; None: not known."""
        return self.model.abilities.get(ability)

    @property
    def efforts(self) -> tuple[str, ...]:
        """The reasoning efforts that the model takes."""
        efforts = self.can("reasoning_efforts")
        return efforts if isinstance(efforts, tuple) else ()

    @property
    def effort(self) -> str:
        """The effort that this call runs with."""
        if self.request.reasoning_effort:
            return self.request.reasoning_effort
        default = self.can("default_reasoning_effort")
        if isinstance(default, str):
            return default
        return "medium" if self.efforts else _NONE

    @property
    def samples(self) -> bool:
        """Whether sampling parameters are taken at this effort."""
        sampling = self.can("sampling_params")
        return sampling is not False and (sampling != "only_with_effort_none" or self.effort == _NONE)


Rule = Callable[[Asked], Refusal | None]


def _max_tokens(asked: Asked) -> Refusal | None:
    if asked.request.max_tokens is None or asked.can("max_tokens") is not False:
        return None
    return unsupported_parameter("max_tokens", instead="max_completion_tokens")


def _too_many_tokens(asked: Asked) -> Refusal | None:
    most, limit = asked.model.max_output_tokens, asked.request.limit
    if most is None or limit is None or limit <= most:
        return None
    name = "max_tokens" if asked.request.max_completion_tokens is None else "max_completion_tokens"
    supports = f"This model supports at most {most} completion tokens, whereas you provided {limit}."
    message = f"{name} is too large: {limit}. {supports}"
    return Refusal(400, message, param=name, code="invalid_value")


def _no_tokens(asked: Asked) -> Refusal | None:
    limit = asked.request.limit
    if limit is None or limit > 0:
        return None
    name = "max_tokens" if asked.request.max_completion_tokens is None else "max_completion_tokens"
    message = f"Invalid '{name}': integer below minimum value. Expected a value >= 1, but got {limit} instead."
    return Refusal(400, message, param=name, code="integer_below_min_value")


def _temperature(asked: Asked) -> Refusal | None:
    value = asked.request.temperature
    if value is None or value == 1 or asked.samples:
        return None
    return unsupported_value("temperature", f"{value:g}", " Only the default (1) value is supported.")


def _other_sampling(asked: Asked) -> Refusal | None:
    if asked.samples:
        return None
    request = asked.request
    given = (
        ("top_p", request.top_p not in (None, 1)),
        ("presence_penalty", bool(request.presence_penalty)),
        ("frequency_penalty", bool(request.frequency_penalty)),
        ("logprobs", bool(request.logprobs)),
        ("top_logprobs", bool(request.top_logprobs)),
        ("logit_bias", bool(request.logit_bias)),
        # Refused from gpt-5 on, the first family with a verbosity; the o series before it is left alone here.
        ("stop", bool(request.stop) and asked.can("verbosity") is True),
    )
    return next((unsupported_parameter(name) for name, present in given if present), None)


def _effort(asked: Asked) -> Refusal | None:
    effort = asked.request.reasoning_effort
    if effort is None:
        return None
    if asked.can("reasoning") is False:
        return Refusal(400, "Unrecognized request argument supplied: reasoning_effort")
    if not asked.efforts or effort in asked.efforts:
        return None
    return unsupported_value("reasoning_effort", f"'{effort}'", f" Supported values are: {_listed(asked.efforts)}.")


def _listed(words: tuple[str, ...]) -> str:
    quoted = [f"'{word}'" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])}, and {quoted[-1]}"


def _verbosity(asked: Asked) -> Refusal | None:
    verbosity = asked.request.verbosity
    if verbosity in (None, "medium") or asked.can("reasoning") is not False or asked.can("verbosity"):
        return None
    return unsupported_value("verbosity", f"'{verbosity}'", " Supported values are: 'medium'.")


def _tools(asked: Asked) -> Refusal | None:
    if not asked.request.tools:
        return None
    if asked.can("tools") is False:
        guide = f"{_GUIDES}/function-calling#models-supporting-function-calling"
        return Refusal(400, f"tools is not supported in this model. For a list of supported models, refer to {guide}.")
    here = asked.can("chat_completions_tools")
    if here is False or (here == "only_with_effort_none" and asked.effort != _NONE):
        message = (
            f"Function tools with reasoning_effort are not supported for {asked.model.id} in /v1/chat/completions. "
            "Please use /v1/responses instead."
        )
        return Refusal(400, message, param="reasoning_effort")
    return None


def _roles(asked: Asked) -> Refusal | None:
    if asked.can("system_messages") is not False:
        return None
    for index, message in enumerate(asked.request.messages):
        if message.role in ("system", "developer"):
            where = f"messages[{index}].role"
            return unsupported_value(where, f"'{message.role}'", "")
    return None


def _structured(asked: Asked) -> Refusal | None:
    wanted = asked.request.response_format
    if wanted is None or wanted.type != "json_schema" or asked.can("structured_output") is not False:
        return None
    message = (
        "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model. "
        f"Learn more about supported models at the Structured Outputs guide: {_GUIDES}/structured-outputs"
    )
    return Refusal(400, message)


def _vision(asked: Asked) -> Refusal | None:
    if asked.can("vision") is not False:
        return None
    for index, message in enumerate(asked.request.messages):
        if message.images:
            where = f"messages.[{index}].content.[0].type"
            return Refusal(400, "Invalid content type. image_url is only supported by certain models.", param=where)
    return None


RULES: tuple[Rule, ...] = (
    _max_tokens, _no_tokens, _too_many_tokens, _effort, _temperature, _other_sampling, _verbosity, _tools, _roles,
    _structured, _vision,
)  # fmt: skip


def refused(asked: Asked) -> Refusal | None:
    """The first rule that refuses, as a real model names one at a time."""
    return next((refusal for rule in RULES if (refusal := rule(asked)) is not None), None)
