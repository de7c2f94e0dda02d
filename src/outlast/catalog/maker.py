"""Who made a model, as far as its provider and its id tell: a judge is asked to be of another family.

It knows which providers sell their own models, and the names of models that are sold by many. It does not know
what a fine-tune or a private name hides: no maker is then known.
"""

import re
from typing import Final

_OWN: Final = {
    "openai": "openai",
    "anthropic": "anthropic",
    "google": "google",
    "mistral": "mistral",
    "cohere": "cohere",
    "xai": "xai",
    "deepseek": "deepseek",
}
"""Providers of the catalogue that sell their own models, with few exceptions."""
_NAMES: Final = {
    "openai": "gpt chatgpt o1 o3 o4 codex davinci openai",
    "anthropic": "claude anthropic",
    "google": "gemini gemma palm google",
    "meta": "llama meta",
    "mistral": "mistral mistralai mixtral ministral codestral magistral devstral pixtral voxtral",
    "alibaba": "qwen qwen2 qwen3 qwq",
    "deepseek": "deepseek",
    "cohere": "cohere command c4ai aya",
    "xai": "grok xai",
    "microsoft": "phi mai microsoft",
    "amazon": "nova titan amazon",
    "ai21": "jamba ai21 jurassic",
    "zhipu": "glm chatglm zai",
    "moonshot": "kimi moonshot moonshotai",
    "nvidia": "nemotron nvidia",
    "ibm": "granite ibm",
}
_MAKERS: Final = {name: maker for maker, names in _NAMES.items() for name in names.split()}
_WORD: Final = re.compile(r"[a-z]+\d*|\d+")


def makers(ref: str) -> frozenset[str]:
    """Makers of a catalogue model ``provider/id``; several for a distillate, none where nothing tells.

    A provider of its own models counts as one, whatever the id says, beside those that the words of the id name.
    """
    provider, _, model = ref.lower().partition("/")
    own = frozenset({_OWN[provider]} if provider in _OWN else ())
    words = _WORD.findall(model)
    found = {_MAKERS.get(word) or _MAKERS.get(word.rstrip("0123456789")) for word in words}
    return own | {maker for maker in found if maker}
