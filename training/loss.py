"""What the network gets wrong: scores against what stands at the next position, and what ears' and eyes' heads say.

It knows the heads and how their losses are weighed. It does not know where rows come from.
"""

from dataclasses import dataclass, fields
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from training.curriculum.forms import FORMS, NOTHING
from training.network import Decoder
from training.positions import Kind
from training.rows import Rows

PHONEMES_COUNT: Final = 0.5
PHASES_COUNT: Final = 0.2
FORMS_COUNT: Final = 2.0
GROUND_COUNT: Final = 0.1
"""Of a tile on which nothing stands: most are such, and are soon known."""
TINTS_COUNT: Final = 0.3
WORDS_COUNT: Final = 0.3
SAYING_COUNT: Final = 0.5
BOOK_WEIGHTS: Final = (2.0, 1.0, 0.7, 0.5)
"""The first book carries the words (as LFM2-Audio weighs its books)."""


@dataclass(frozen=True, slots=True)
class Losses:
    """Means over what was to be predicted; 0 where a batch had nothing of a kind."""

    text: Tensor
    codes: Tensor
    phonemes: Tensor
    phases: Tensor
    forms: Tensor
    tints: Tensor
    words: Tensor
    saying: Tensor

    def told(self) -> dict[str, float]:
        """As numbers."""
        return {each.name: float(getattr(self, each.name).detach()) for each in fields(self)}

    def total(self, codes_count: float) -> Tensor:
        """What is minimised."""
        heard = PHONEMES_COUNT * self.phonemes + PHASES_COUNT * self.phases
        seen = FORMS_COUNT * self.forms + TINTS_COUNT * self.tints
        return (
            self.text + codes_count * self.codes + heard + WORDS_COUNT * self.words + SAYING_COUNT * self.saying + seen
        )


def inputs(network: Decoder, rows: Rows) -> Tensor:
    """``(rows, length, width)``."""
    x = network.embedding(rows.tokens.clamp(min=0))
    if len(rows.patches):
        x = x.masked_scatter((rows.kinds == Kind.PATCH)[..., None], network.hear(rows.patches).float())
    if len(rows.tiles):
        is_tile = rows.kinds == Kind.TILE
        x = x.masked_scatter(is_tile[..., None], network.see(rows.tiles, rows.places[is_tile]).float())
    is_frame = rows.kinds == Kind.FRAME
    if bool(is_frame.any()):
        x = x.masked_scatter(is_frame[..., None], network.speak(rows.codes[is_frame]))
    return x


def losses(network: Decoder, rows: Rows) -> Losses:
    """Of one batch."""
    middle, states = network.seen_through(inputs(network, rows), rows.seen())
    before, after = states[:, :-1], slice(1, None)
    same = rows.owners[:, 1:] == rows.owners[:, :-1]
    wanted = (rows.weights[:, after] > 0) & same
    is_text = wanted & (rows.kinds[:, after] == Kind.TOKEN)
    is_frame = wanted & (rows.kinds[:, after] == Kind.FRAME)
    marks, is_patch, is_tile = rows.marks, rows.kinds == Kind.PATCH, rows.kinds == Kind.TILE
    return Losses(
        text=_text(network, before[is_text], rows.tokens[:, after][is_text], rows.weights[:, after][is_text]),
        codes=_codes(network, before[is_frame], rows.codes[:, after][is_frame]),
        phonemes=_classes(network.phoneme_head, middle[is_patch], marks[is_patch][:, 0]),
        phases=_classes(network.turn_head, states[is_patch], marks[is_patch][:, 1]),
        forms=_forms(network, middle[is_tile], marks[is_tile][:, 0]),
        tints=_classes(network.tint_head, middle[is_tile], marks[is_tile][:, 1]),
        words=_pairs(network.word_heads, states[is_patch], marks[is_patch][:, 2:]),
        saying=_classes(network.saying_head, before[is_frame], marks[:, after][is_frame][:, 0])
        + _pairs(network.saying_heads, before[is_frame], marks[:, after][is_frame][:, 1:3]),
    )


def _text(network: Decoder, states: Tensor, tokens: Tensor, weights: Tensor) -> Tensor:
    if not len(tokens):
        return torch.zeros(())
    wrong = functional.cross_entropy(network.next_token(states).float(), tokens, reduction="none")
    return (wrong * weights).sum() / weights.sum()


def _codes(network: Decoder, states: Tensor, codes: Tensor) -> Tensor:
    """An end says nothing of the finer books."""
    if not len(codes):
        return torch.zeros(())
    scores = network.next_codes(states, codes).float()
    wrong = functional.cross_entropy(scores.transpose(1, 2), codes, reduction="none")
    counts = torch.tensor(BOOK_WEIGHTS).expand_as(wrong).clone()
    counts[codes[:, 0] == scores.shape[-1] - 1, 1:] = 0
    return (wrong * counts).sum() / counts.sum()


def _pairs(heads: torch.nn.Linear, states: Tensor, classes: Tensor) -> Tensor:
    """Of two classes at once."""
    known = (classes >= 0).any(-1)
    if not bool(known.any()):
        return torch.zeros(())
    scores = heads(states[known]).float().view(-1, 2, heads.out_features // 2)
    return functional.cross_entropy(scores.flatten(0, 1), classes[known].flatten(), ignore_index=-1)


def _forms(network: Decoder, states: Tensor, forms: Tensor) -> Tensor:
    known = forms >= 0
    if not bool(known.any()):
        return torch.zeros(())
    counts = torch.ones(len(FORMS))
    counts[FORMS.index(NOTHING)] = GROUND_COUNT
    return functional.cross_entropy(network.form_head(states[known]).float(), forms[known], counts)


def _classes(head: torch.nn.Linear, states: Tensor, classes: Tensor) -> Tensor:
    known = classes >= 0
    if not bool(known.any()):
        return torch.zeros(())
    return functional.cross_entropy(head(states[known]).float(), classes[known])
