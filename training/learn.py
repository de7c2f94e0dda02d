"""The loop: batches in, weights changed, a checkpoint now and then from which it goes on as if nothing had happened.

It knows steps, learning rates and checkpoints. It does not know what is taught: ``lessons`` draws each step's
conversations from the seed and the step's number alone, so that a resumed run is the run that was not stopped.
"""

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from training.loss import losses
from training.network import Decoder
from training.optimise import Muon
from training.rows import Rows
from training.together import rank, share_gradients

WARM_UP = 50


def products(device: torch.device, *, short: bool) -> torch.autocast:
    """Within it matrices are multiplied in numbers of 16 bits (bfloat16), if they are to be ``short``.

    Weights, norms and sums stay in 32. Where a processor multiplies such numbers itself (``avx512_bf16``, AMX), a
    product takes 0.4 of the time; elsewhere it takes longer.
    """
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=short)


@dataclass(frozen=True, slots=True)
class Course:
    """How long and how fast."""

    steps: int
    matrices_rate: float = 0.02
    others_rate: float = 2e-3
    codes_count: float = 0.3
    calm: float = 0.0
    """The last part of the steps, in which the rate falls to a twentieth."""
    save_every: int = 100

    def rate(self, step: int) -> float:
        """A factor of both rates."""
        calm = max(0.0, (step / self.steps - (1 - self.calm)) / self.calm) if self.calm else 0.0
        return min(1.0, (step + 1) / WARM_UP) * (1 - 0.95 * calm)


class Learner:
    """A network on its way through a course."""

    def __init__(self, network: Decoder, course: Course, folder: Path, *, short: bool = False) -> None:
        self.network = network
        self._device = network.embedding.weight.device
        self.course = course
        self.step = 0
        self._short = short
        self._folder = folder
        inside = {
            name: each for name, each in network.named_parameters() if name.startswith("blocks") and each.ndim > 1
        }
        others = [each for name, each in network.named_parameters() if name not in inside]
        self._optimisers: tuple[torch.optim.Optimizer, ...] = (
            Muon(inside.values(), lr=course.matrices_rate, short=short),
            torch.optim.AdamW(others, lr=course.others_rate, betas=(0.9, 0.98), weight_decay=0.01),
        )
        self._rates = tuple(group["lr"] for group in self._groups())

    def learn(self, rows_of: Callable[[int], Rows], watch: Callable[[int], None]) -> None:
        """Go on to the end of the course; ``rows_of`` gives each step's batch.

        Of several processes each has a batch of its own, and all go the same step. The first one keeps what is kept,
        and calls ``watch`` after each step.
        """
        began = time.process_time()
        while self.step < self.course.steps:
            with products(self._device, short=self._short):
                found = losses(self.network, rows_of(self.step).on(self._device))
            for optimiser in self._optimisers:
                optimiser.zero_grad()
            found.total(self.course.codes_count).backward()
            share_gradients(self.network)
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
            for group, rate in zip(self._groups(), self._rates, strict=True):
                group["lr"] = rate * self.course.rate(self.step)
            for optimiser in self._optimisers:
                optimiser.step()
            self.step += 1
            if rank():
                continue
            if self.step % 20 == 0:
                told = {name: round(value, 3) for name, value in found.told().items()}
                self._tell({"step": self.step, "cpu_seconds": round(time.process_time() - began)} | told)
            if self.step % self.course.save_every == 0 or self.step == self.course.steps:
                self.save()
            watch(self.step)

    def save(self) -> None:
        """Keep everything that the next step depends on; the file before is replaced when the new one is whole."""
        kept = {
            "step": self.step,
            "network": self.network.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self._optimisers],
        }
        partial = self._folder / "checkpoint.partial"
        torch.save(kept, partial)
        partial.replace(self._folder / "checkpoint.pt")

    def resume(self) -> bool:
        """Go back to the last checkpoint of the folder; whether there is one.

        Of several processes the first one's is there: the others' matrices begin without momentum.
        """
        file = self._folder / "checkpoint.pt"
        if not file.exists():
            return False
        kept = torch.load(file, weights_only=True, map_location=self._device)
        self.step = kept["step"]
        self.network.load_state_dict(kept["network"])
        for optimiser, state in zip(self._optimisers, kept["optimisers"], strict=True):
            optimiser.load_state_dict(state)
        return True

    def _groups(self) -> Iterable[dict[str, Any]]:
        return (group for optimiser in self._optimisers for group in optimiser.param_groups)

    def _tell(self, what: dict[str, float]) -> None:
        with (self._folder / "course.jsonl").open("a") as file:
            file.write(json.dumps(what) + "\n")
