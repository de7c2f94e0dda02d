"""How weights are changed: Muon for the matrices inside the decoder, AdamW for all else.

It knows gradients. It does not know what is learnt. Muon (Jordan et al. 2024, "Muon: An optimizer for hidden layers in
neural networks") makes each matrix's step orthogonal by five Newton-Schulz iterations, so that rare directions are
learnt as fast as common ones: what small networks have most need of.
"""

import math
from collections.abc import Iterable
from functools import partial
from typing import cast

import torch
from torch import Tensor, nn

from training.together import divided

_A, _B, _C = 3.4445, -4.7750, 2.0315
"""Coefficients of the quintic iteration, from the publication."""


class Muon(torch.optim.Optimizer):
    """Momentum, made orthogonal; for matrices alone."""

    def __init__(
        self,
        matrices: Iterable[nn.Parameter],
        *,
        lr: float,
        momentum: float = 0.95,
        decay: float = 0.01,
        short: bool = False,
    ) -> None:
        super().__init__(matrices, {"lr": lr, "momentum": momentum, "decay": decay})
        self._kind = torch.bfloat16 if short else torch.float32

    def step(self) -> None:
        """Change every matrix that has a gradient; several processes work out a part of the steps each."""
        with torch.no_grad():
            for group in self.param_groups:
                moved = [matrix for matrix in group["params"] if matrix.grad is not None]
                steps = divided([partial(self._step, matrix, group["momentum"]) for matrix in moved], moved)
                for matrix, step in zip(moved, steps, strict=True):
                    matrix.mul_(1 - group["lr"] * group["decay"]).add_(step, alpha=-group["lr"])

    def _step(self, matrix: Tensor, momentum: float) -> Tensor:
        """Each process keeps the momentum of its own matrices alone."""
        gradient = cast("Tensor", matrix.grad)
        kept = self.state[matrix].setdefault("momentum", torch.zeros_like(matrix))
        kept.lerp_(gradient, 1 - momentum)
        found = orthogonal(gradient.lerp(kept, momentum), self._kind)
        return found * math.sqrt(max(1.0, matrix.shape[0] / matrix.shape[1]))


def orthogonal(matrix: Tensor, kind: torch.dtype = torch.float32, iterations: int = 5) -> Tensor:
    """The nearest matrix, about, whose singular values are all one, multiplied in numbers of this kind."""
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = (x / (x.norm() + 1e-7)).to(kind)
    for _ in range(iterations):
        square = x @ x.T
        x = _A * x + (_B * square + _C * square @ square) @ x
    return (x.T if tall else x).to(matrix.dtype)
