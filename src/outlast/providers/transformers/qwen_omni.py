"""Qwen2.5-Omni and Qwen3-Omni: text, pictures and sound in, text and speech out.

It knows the two classes' thinker and talker. It does not know where weights lie (``loading``). Speech follows the whole
text: the classes give it in one piece.
"""

from dataclasses import dataclass
from typing import Any

from outlast.providers.local.giving import Running
from outlast.providers.local.work import Stop
from outlast.providers.transformers.generating import Generation, Made, Read, chance, sow
from outlast.providers.transformers.library import Library
from outlast.providers.transformers.port import Part, Picture, Sense, Sound, Told, Wish
from outlast.providers.transformers.prompt import ends_of, laid_out, room_for

_SHORTEST_SPOKEN = 2
"""Tokens: of fewer the classes cannot speak."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Tokens that stand for what is no text."""

    sound: int
    picture: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Longest:
    """Where an answer is cut."""

    tokens: int
    """Of text."""
    frames: int
    """Of speech, as the talker counts its codes."""


class QwenOmni:
    """Implements ``port.OpenModel``."""

    hears: frozenset[Sense] = frozenset({"text", "image_url", "input_audio"})
    hertz: int = 24_000

    def __init__(
        self, library: Library, model: Any, processor: Any, *, marks: Marks, voices: tuple[str, ...], longest: Longest
    ) -> None:
        self._library = library
        self._model = model
        self._processor = processor
        self._marks = marks
        self._longest = longest
        self.voices = voices

    def answer(self, wish: Wish, stop: Stop) -> Running:
        """See ``port.OpenModel``."""
        model = self._model
        inputs = laid_out(self._processor, [_spelled(told) for told in wish.told]).to(model.device).to(model.dtype)
        tokens = inputs["input_ids"]
        read = tokens.shape[-1]
        longest = min(
            wish.longest or self._longest.tokens, self._longest.tokens, room_for(model.config.thinker_config, read)
        )
        counted = Read(
            tokens=read, heard=int((tokens == self._marks.sound).sum()), seen=int((tokens == self._marks.picture).sum())
        )
        generation = Generation(self._library, self._processor.tokenizer, stop, counted)
        ends = ends_of(model.thinker) | {self._processor.tokenizer.eos_token_id}
        words = {
            "max_new_tokens": max(longest, _SHORTEST_SPOKEN) if wish.aloud else longest,
            "eos_token_id": sorted(ends),
            "streamer": generation.streamer,
            "stopping_criteria": generation.watch()[1],
            **chance(wish.temperature, wish.top_p),
        }

        def work() -> Made:
            sow(self._library, wish.seed)
            if not wish.aloud:
                written = model.thinker.generate(**inputs, **words)
                return Made(tokens=written[0, read:].tolist(), ends=ends)
            watch, criteria = generation.watch()
            thinker = {f"thinker_{word}": value for word, value in words.items()}
            thinker["thinker_min_new_tokens"] = _SHORTEST_SPOKEN
            # The thinker alone sees: the talker refuses pixels that are handed to all stages.
            given = {"thinker_pixel_values" if name == "pixel_values" else name: each for name, each in inputs.items()}
            written, wave = model.generate(
                **given,
                **thinker,
                speaker=wish.voice,
                talker_max_new_tokens=self._longest.frames,
                talker_stopping_criteria=criteria,
            )
            samples = wave.float().cpu().numpy().reshape(-1)
            return Made(tokens=written[0, read:].tolist(), ends=ends, samples=samples, frames=watch.steps)

        return generation.of(work)


def _spelled(told: Told) -> dict[str, Any]:
    return {"role": told.role, "content": [_part(part) for part in told.parts]}


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, Picture):
        return {"type": "image", "image": part.pixels}
    if isinstance(part, Sound):
        return {"type": "audio", "audio": part.samples}
    return {"type": "text", "text": part}
