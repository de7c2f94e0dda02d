"""How weights are changed: Muon for the matrices inside the decoder, AdamW for all else.

It knows gradients. It does not know what is learnt. Muon (Jordan et al. 2024, "Muon: An optimizer for hidden layers in
neural networks") makes each matrix's step orthogonal by five Newton-Schulz iterations, so that rare directions are
learnt as fast as common ones: what small networks have most need of.
"""

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn

_A, _B, _C = 3.4445, -4.7750, 2.0315
"""Coefficients of the quintic iteration, from the publication."""


class Muon(torch.optim.Optimizer):
    """Momentum, made orthogonal; for matrices alone."""

    def __init__(
        self, matrices: Iterable[nn.Parameter], *, lr: float, momentum: float = 0.95, decay: float = 0.01
    ) -> None:
        super().__init__(matrices, {"lr": lr, "momentum": momentum, "decay": decay})

    def step(self) -> None:
        """Change every matrix that has a gradient."""
        with torch.no_grad():
            for group in self.param_groups:
                for matrix in group["params"]:
                    self._change(matrix, **{name: group[name] for name in ("lr", "momentum", "decay")})

    def _change(self, matrix: Tensor, *, lr: float, momentum: float, decay: float) -> None:
        if matrix.grad is None:
            return
        kept = self.state[matrix].setdefault("momentum", torch.zeros_like(matrix))
        kept.lerp_(matrix.grad, 1 - momentum)
        step = orthogonal(matrix.grad.lerp(kept, momentum)) * math.sqrt(max(1.0, matrix.shape[0] / matrix.shape[1]))
        matrix.mul_(1 - lr * decay).add_(step, alpha=-lr)


def orthogonal(matrix: Tensor, iterations: int = 5) -> Tensor:
    """The nearest matrix, about, whose singular values are all one."""
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = x / (x.norm() + 1e-7)
    for _ in range(iterations):
        square = x @ x.T
        x = _A * x + (_B * square + _C * square @ square) @ x
    return x.T if tall else x
