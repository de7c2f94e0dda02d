"""``[providers.NAME.weights.MODEL]``: one open model's weights, for ``kind = "transformers"``.

This file knows values. It does not know which classes there are, nor how weights are loaded
(``providers.transformers``).
"""

from typing import Annotated, Literal

import msgspec

Word = Annotated[str, msgspec.Meta(min_length=1)]
Device = Annotated[str, msgspec.Meta(pattern=r"^(auto|spread|cpu|mps|cuda(:[0-9]{1,3})?)$")]
Speech = Annotated[float, msgspec.Meta(gt=0, le=600)]
Tokens = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]


class WeightsSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the weights lie, and how they are computed."""

    folder: Word | None = None
    """With ``config.json``, safetensors and tokeniser; relative to the configuration file."""
    hub: Word | None = None
    """Instead: a repository's name, read from this machine's cache of the model hub."""
    revision: Word | None = None
    """``hub``: the commit, so that the same name means the same weights tomorrow."""
    fetch: bool = False
    """``hub``: what the cache lacks is downloaded when the model is first asked. Nothing else ever downloads."""
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    """``auto``: as the weights were saved."""
    device: Device = "auto"
    """``auto``: the first GPU where there is one, else the processor; ``spread``: over all that is there."""
    longest_answer: Tokens = 1_024
    """Tokens of text; a call may ask for less, and gets no more."""

    longest_speech: Speech = 60.0
    """Seconds of one spoken answer."""

    def __post_init__(self) -> None:
        """Refuse two places, none, and what has no meaning for a folder."""
        if (self.folder is None) == (self.hub is None):
            what = "neither `folder` nor `hub`" if self.folder is None else "both `folder` and `hub`"
            raise ValueError(f"weights with {what}; say where they lie, once")
        if self.folder is not None and (self.fetch or self.revision is not None):
            raise ValueError("`fetch` and `revision` are of `hub` alone; a folder is read as it is")
