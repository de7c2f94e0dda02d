"""Ordinary causal text models: any that the library's ``AutoModelForCausalLM`` has a class of its own for.

It knows what a text model is asked. It does not know where weights lie (``loading``).
"""

from typing import Any

from outlast.providers.local.giving import Running
from outlast.providers.local.work import Stop
from outlast.providers.transformers.generating import Generation, Made, Read, chance, sow
from outlast.providers.transformers.library import Library
from outlast.providers.transformers.port import Sense, Wish
from outlast.providers.transformers.prompt import ends_of, laid_out, room_for


class CausalText:
    """Implements ``port.OpenModel``."""

    hears: frozenset[Sense] = frozenset({"text"})
    voices: tuple[str, ...] = ()
    hertz: int = 24_000

    def __init__(self, library: Library, model: Any, tokenizer: Any, longest: int) -> None:
        self._library = library
        self._model = model
        self._tokenizer = tokenizer
        self._longest = longest

    def answer(self, wish: Wish, stop: Stop) -> Running:
        """See ``port.OpenModel``."""
        messages = [{"role": told.role, "content": told.words} for told in wish.told]
        inputs = laid_out(self._tokenizer, messages).to(self._model.device)
        read = inputs["input_ids"].shape[-1]
        longest = min(wish.longest or self._longest, self._longest, room_for(self._model.config, read))
        generation = Generation(self._library, self._tokenizer, stop, Read(tokens=read))

        def work() -> Made:
            sow(self._library, wish.seed)
            made = self._model.generate(
                **inputs,
                max_new_tokens=longest,
                streamer=generation.streamer,
                stopping_criteria=generation.watch()[1],
                **chance(wish.temperature, wish.top_p),
            )
            return Made(tokens=made[0, read:].tolist(), ends=ends_of(self._model))

        return generation.of(work)
