"""The network: one causal decoder over positions that carry text, sound, pictures and speech alike.

It knows vectors. It does not know what a token means, nor how it is trained. Rotary positions, RMS norms and gated
linear units as in the Llama family (Touvron et al. 2023, arXiv 2302.13971), small enough for two processor cores.
``outlast.omni.decoder`` computes the same in numpy.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from outlast.omni.grammar import BOOKS, CODES, PATCH_VALUES, PHASES, TILE_VALUES, TILES
from training.curriculum.forms import COLOURS, FORMS

EPSILON = 1e-6
SHARPNESS = 0.5
"""What products of queries and keys, both brought to one loudness, are multiplied by before they are shares."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How large it is."""

    tokens: int
    phonemes: int = 0
    """Classes of the ears' and the mouth's auxiliary heads, which are left behind when the weights are exported."""
    words: int = 0
    """Likewise."""
    width: int = 256
    layers: int = 6
    heads: int = 4

    @property
    def inner(self) -> int:
        """Width of the gated units."""
        return (self.width * 8 // 3 + 31) // 32 * 32


class Block(nn.Module):
    """Attention and gated units, each behind a norm."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.norm_attention = nn.RMSNorm(shape.width, eps=EPSILON)
        self.queries_keys_values = nn.Linear(shape.width, 3 * shape.width, bias=False)
        self.out = nn.Linear(shape.width, shape.width, bias=False)
        self.norm_units = nn.RMSNorm(shape.width, eps=EPSILON)
        self.gate_and_up = nn.Linear(shape.width, 2 * shape.inner, bias=False)
        self.down = nn.Linear(shape.inner, shape.width, bias=False)

    def forward(self, x: Tensor, turn: tuple[Tensor, Tensor], seen: Tensor | None) -> Tensor:
        """One layer over ``(batch, positions, width)``; ``seen`` says which positions each position sees."""
        batch, positions, width = x.shape
        mixed = self.queries_keys_values(self.norm_attention(x))
        split = mixed.view(batch, positions, 3, self.heads, width // self.heads).transpose(1, 3)
        queries, keys, values = split[:, :, 0], split[:, :, 1], split[:, :, 2]
        with torch.autocast(x.device.type, enabled=False):  # in 16 bits attention takes longer on a processor
            found = functional.scaled_dot_product_attention(
                rotated(_even(queries.float()), turn),
                rotated(_even(keys.float()), turn),
                values.float(),
                attn_mask=seen,
                is_causal=seen is None,
                scale=SHARPNESS,
            )
        x = x + self.out(found.transpose(1, 2).reshape(batch, positions, width))
        gate, up = self.gate_and_up(self.norm_units(x)).chunk(2, dim=-1)
        return x + self.down(functional.silu(gate) * up)


class Decoder(nn.Module):
    """Vectors in, vectors out; ears, eyes and mouth stand before and behind it."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        width = shape.width
        self.embedding = nn.Embedding(shape.tokens, width)
        """Reads tokens, and its transpose scores the next one."""
        self.ear_in = nn.Linear(PATCH_VALUES, 2 * width)
        self.ear_out = nn.Linear(2 * width, width)
        self.eye_in = nn.Linear(TILE_VALUES, 2 * width)
        self.eye_out = nn.Linear(2 * width, width)
        self.eye_place = nn.Embedding(TILES, width)
        self.frame_codes = nn.Embedding(BOOKS * (CODES + 1), width)
        """Of a frame that was spoken: the sum over its books; book ``b``'s code ``c`` is row ``b * 257 + c``."""
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = nn.RMSNorm(width, eps=EPSILON)
        self.turn_head = nn.Linear(width, len(PHASES))
        self.phoneme_head = nn.Linear(width, max(shape.phonemes, 1))
        self.word_heads = nn.Linear(width, 2 * max(shape.words, 1))
        """Of what was heard: the last word that is over, and the one before it."""
        self.saying_head = nn.Linear(width, max(shape.phonemes, 1))
        """Of what is spoken next: the sound of the language."""
        self.saying_heads = nn.Linear(width, 2 * max(shape.words, 1))
        """And the word that it belongs to, and the one that follows."""
        self.form_head = nn.Linear(width, len(FORMS))
        self.tint_head = nn.Linear(width, len(COLOURS))
        self.depth_codes = nn.Embedding((BOOKS - 1) * (CODES + 1), width)
        """What the finer books are told of the coarser ones of the same frame."""
        self.mouth_mix = nn.Linear(width, width)
        self.mouth_heads = nn.Linear(width, BOOKS * (CODES + 1), bias=False)
        self.apply(_begin)
        for block in self.blocks:
            nn.init.zeros_(block.out.weight)
            nn.init.zeros_(block.down.weight)

    def hear(self, patches: Tensor) -> Tensor:
        """``(…, 160)`` log-mel values to inputs."""
        return self.ear_out(functional.gelu(self.ear_in(patches)))

    def see(self, tiles: Tensor, places: Tensor) -> Tensor:
        """``(…, 192)`` values from -1 to 1, and each tile's place from 0 to 63, to inputs."""
        return self.eye_out(functional.gelu(self.eye_in(tiles))) + self.eye_place(places)

    def speak(self, codes: Tensor) -> Tensor:
        """``(…, 4)`` codes of a frame that was spoken to inputs."""
        return self.frame_codes(codes + _rows(codes)).sum(-2)

    def forward(self, x: Tensor, seen: Tensor | None = None) -> Tensor:
        """``(batch, positions, width)`` of inputs to the same of normed states."""
        return self.seen_through(x, seen)[1]

    def seen_through(self, x: Tensor, seen: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """The states of two thirds of the layers, evened, and of all, normed.

        What later positions are to find at an earlier one must be there before the last layers, which look for it.
        """
        turn = turns(x.shape[1], self.shape.width // self.shape.heads)
        x = middle = _even(x)
        for number, block in enumerate(self.blocks, 1):
            x = block(x, turn, seen)
            if number == len(self.blocks) * 2 // 3:
                middle = x
        return _even(middle), self.norm(x)

    def next_token(self, states: Tensor) -> Tensor:
        """Scores of the next token."""
        return functional.linear(states, self.embedding.weight)

    def next_codes(self, states: Tensor, codes: Tensor) -> Tensor:
        """Scores ``(…, 4, 257)`` of the next frame's books, each given the true coarser ones among ``codes``."""
        told = self.depth_codes(codes[..., :-1] + _rows(codes[..., :-1])).cumsum(-2)
        first = torch.zeros_like(told[..., :1, :])
        mixed = functional.silu(self.mouth_mix(states[..., None, :] + torch.cat((first, told), -2)))
        heads = self.mouth_heads.weight.view(BOOKS, CODES + 1, -1)
        return torch.einsum("...bw,bcw->...bc", mixed, heads)


def _even(x: Tensor) -> Tensor:
    """Brought to a root mean square of one: of an input, so that what is rare is as loud as what is frequent."""
    return functional.rms_norm(x, x.shape[-1:], eps=EPSILON)


def _rows(codes: Tensor) -> Tensor:
    return torch.arange(codes.shape[-1]) * (CODES + 1)


def turns(positions: int, width: int, base: float = 10_000.0) -> tuple[Tensor, Tensor]:
    """Cosines and sines of each position, ``(positions, width / 2)``."""
    speeds = base ** (-torch.arange(0, width, 2) / width)
    angles = torch.arange(positions)[:, None] * speeds
    return angles.cos(), angles.sin()


def rotated(x: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    """Each pair of values turned by its position's angle; the two halves of a head are the pairs."""
    cosines, sines = turn
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cosines - second * sines, first * sines + second * cosines), dim=-1)


def _begin(module: nn.Module) -> None:
    if isinstance(module, nn.Linear | nn.Embedding):
        nn.init.normal_(module.weight, std=0.02)
    if isinstance(module, nn.Linear) and module.bias is not None:
        nn.init.zeros_(module.bias)
