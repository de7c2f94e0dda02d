"""The engine: one set of weights, and the sessions that share it.

It knows how an engine is put together. It does not know where weights lie, nor who calls.
"""

import functools

from outlast.omni.choice import Habits
from outlast.omni.codebook import Codebook
from outlast.omni.decoder import Decoder
from outlast.omni.ears import Ears
from outlast.omni.engine import Opening
from outlast.omni.memory import Bounds
from outlast.omni.mouth import Mouth
from outlast.omni.session import Body, MiniSession
from outlast.omni.threads import use_one_thread
from outlast.omni.vocabulary import Vocabulary
from outlast.omni.weights import Head, Weights


class Mini:
    """Implements ``engine.Engine``; any number of threads may open sessions and run one each."""

    def __init__(
        self,
        weights: Weights,
        *,
        habits: Habits | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        """Raises ``WeightsInvalid``. Limits numpy to one thread a product, for the whole process (``threads``)."""
        use_one_thread()
        self.head: Head = weights.head
        """What these weights are and can do."""
        bounds = bounds or Bounds()
        self._body = Body(
            decoder=Decoder(weights.head.shape, weights.tensors(), positions=bounds.all),
            words=Vocabulary(weights.head.pieces),
            pieces=weights.head.pieces,
            ears=Ears,
            mouths=functools.partial(_mouth, weights.codebook()),
            habits=habits or Habits(),
            bounds=bounds,
        )

    def open(self, opening: Opening) -> MiniSession:
        """Begin a conversation."""
        return MiniSession(self._body, opening)


def _mouth(codebook: Codebook, seed: int) -> Mouth:
    return Mouth(codebook, seed=seed)
