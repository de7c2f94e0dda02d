"""Files of weights become a model of one of the library's own classes.

It knows families, and how weights are read: safetensors alone, no code that comes with them, and no download unless
the configuration names it. It does not know when a model is loaded (``shelf``).
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from outlast.errors import SettingsInvalid, WeightsInvalid
from outlast.providers.transformers.library import Library
from outlast.providers.transformers.port import OpenModel
from outlast.providers.transformers.qwen_omni import Longest, Marks, QwenOmni
from outlast.providers.transformers.text import CausalText
from outlast.settings.weights import WeightsSettings

_MOSHI: Final = "moshi"
_FULL_DUPLEX: Final = (
    "Moshi listens and speaks at once and has no turns, so no chat completion can be asked of it; "
    "run its makers' own server and speak to that (docs/open-models.md)"
)
_QWEN_2_5_HZ: Final = 50
"""Codes a second of speech: two spectra each, of 240 samples at 24 kHz."""
_QWEN_3_HZ: Final = 12.5
"""The same: 1,920 samples each, as its vocoder multiplies them."""


def check_folder(model: str, folder: Path) -> None:
    """Raises ``SettingsInvalid`` where a folder cannot hold a model; reads one small file."""
    try:
        found = json.loads((folder / "config.json").read_bytes())
        kind = found["model_type"]
    except OSError as error:
        why = error.strerror or str(error)
        raise SettingsInvalid(
            f"{folder}/config.json: {why}; the weights of {model!r} have to lie there as they were published"
        ) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SettingsInvalid(f"{folder}/config.json: no description of a model: {error!r}") from error
    if not isinstance(kind, str):
        raise SettingsInvalid(f"{folder}/config.json: model_type is {kind!r}, which is no name")
    if kind == _MOSHI:
        raise SettingsInvalid(f"{folder}: {_FULL_DUPLEX}")


def load(library: Library, settings: WeightsSettings, root: Path) -> OpenModel:
    """Read a model into memory. Raises ``WeightsInvalid``."""
    place = settings.hub or str(root / str(settings.folder))
    try:
        source = Source(
            library, place if settings.hub is None or settings.fetch else _cached(library, settings), settings
        )
        return _FAMILIES.get(source.config.model_type, _text)(source)
    except WeightsInvalid:
        raise
    except Exception as error:  # the library reads strangers' files, and raises whatever it comes upon
        raise WeightsInvalid(f"{place}: cannot be loaded: {type(error).__name__}: {error}") from error


def _cached(library: Library, settings: WeightsSettings) -> str:
    """The folder of the cache. Found here: asked for a name, the library calls its hub even where it may not fetch."""
    found = library.hub.try_to_load_from_cache(settings.hub, "config.json", revision=settings.revision)
    if not isinstance(found, str):
        where = f"at {settings.revision} " if settings.revision else ""
        raise WeightsInvalid(
            f"{settings.hub}: {where}not in this machine's cache of the model hub; download it, or say fetch = true"
        )
    return str(Path(found).parent)


class Source:
    """Where one model lies, and the words with which each part of it is read."""

    def __init__(self, library: Library, place: str, settings: WeightsSettings) -> None:
        self.library = library
        self.settings = settings
        self.place = place
        self.words: Mapping[str, Any] = {
            "local_files_only": not settings.fetch,
            "trust_remote_code": False,
            **({"revision": settings.revision} if settings.fetch and settings.revision else {}),
        }
        self.config: Any = self.part(library.transformers.AutoConfig)

    def part(self, kind: Any, **more: Any) -> Any:
        """A configuration, a tokeniser or a processor."""
        return kind.from_pretrained(self.place, **self.words, **more)

    def model(self, kind: Any) -> Any:
        """The weights, on their device."""
        device = self.settings.device
        words = {"dtype": self.settings.dtype, "use_safetensors": True}
        if device == "spread":
            return self.part(kind, device_map="auto", **words).eval()
        if device == "auto":
            device = "cuda" if self.library.torch.cuda.is_available() else "cpu"
        return self.part(kind, **words).to(device).eval()


def _text(source: Source) -> OpenModel:
    transformers = source.library.transformers
    if type(source.config) not in transformers.MODEL_FOR_CAUSAL_LM_MAPPING:
        raise WeightsInvalid(
            f"{source.place}: {source.config.model_type!r} is no text model of this library and none of "
            f"{', '.join(_FAMILIES)}: serve it elsewhere and name its address (docs/open-models.md)"
        )
    tokenizer = source.part(transformers.AutoTokenizer)
    if not tokenizer.chat_template:
        raise WeightsInvalid(f"{source.place}: has no chat template, so it is no model that answers; take its -it twin")
    model = source.model(transformers.AutoModelForCausalLM)
    return CausalText(source.library, model, tokenizer, source.settings.longest_answer)


def _qwen_2_5(source: Source) -> OpenModel:
    transformers = source.library.transformers
    model = source.model(transformers.Qwen2_5OmniForConditionalGeneration)
    thinker = source.config.thinker_config
    return QwenOmni(
        source.library,
        model,
        _processor(source, transformers.Qwen2_5OmniProcessor),
        marks=Marks(sound=thinker.audio_token_index, picture=thinker.image_token_index),
        voices=tuple(model.speaker_map) if model.has_talker else (),
        longest=_longest(source, _QWEN_2_5_HZ),
    )


def _qwen_3(source: Source) -> OpenModel:
    transformers = source.library.transformers
    model = source.model(transformers.Qwen3OmniMoeForConditionalGeneration)
    thinker = source.config.thinker_config
    if model.has_talker and not hasattr(model.talker.config, "audio_config"):
        # transformers 5.23 asks the talker how sound is windowed, which only the thinker's configuration says.
        model.talker.config.audio_config = thinker.audio_config
    return QwenOmni(
        source.library,
        model,
        _processor(source, transformers.Qwen3OmniMoeProcessor),
        marks=Marks(sound=thinker.audio_token_id, picture=thinker.image_token_id),
        voices=tuple(source.config.talker_config.speaker_id or ()) if model.has_talker else (),
        longest=_longest(source, _QWEN_3_HZ),
    )


def _moshi(source: Source) -> OpenModel:
    raise WeightsInvalid(f"{source.place}: {_FULL_DUPLEX}")


def _longest(source: Source, hertz: float) -> Longest:
    frames = max(1, round(source.settings.longest_speech * hertz))
    return Longest(tokens=source.settings.longest_answer, frames=frames)


def _processor(source: Source, kind: Any) -> Any:
    """Of text, pictures and sound. Put together here: the library's own way wants torchvision, for films alone."""
    transformers = source.library.transformers
    described, _ = kind.get_processor_dict(source.place, **source.words)
    tokenizer = source.part(transformers.AutoTokenizer)

    def proper(self: Any, name: str, argument: Any) -> Any:
        return None if name == "video_processor" else kind.check_argument_for_proper_class(self, name, argument)

    without_films = type(kind.__name__, (kind,), {"check_argument_for_proper_class": proper})
    return without_films(
        image_processor=source.part(transformers.AutoImageProcessor),
        video_processor=None,
        feature_extractor=source.part(transformers.AutoFeatureExtractor),
        tokenizer=tokenizer,
        chat_template=described.get("chat_template") or tokenizer.chat_template,
    )


_FAMILIES: Final[Mapping[str, Callable[[Source], OpenModel]]] = {
    "qwen2_5_omni": _qwen_2_5,
    "qwen3_omni_moe": _qwen_3,
    _MOSHI: _moshi,
}
"""By ``model_type``; every other one is asked for as a text model."""
