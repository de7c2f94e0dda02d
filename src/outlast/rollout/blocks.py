"""One canary conversation beside the control conversations since the last one: a block, and the difference of means.

It knows badness in the order in which conversations ended. It does not know guards or tests. There are no pairs in
live traffic; the control is concurrent, never last week's. Which conversations a block holds depends on their arms
alone, not on how they went, so that equal models differ by 0 on average. The canary is the last of most blocks: while
badness rises for everybody it looks worse by what it rose within half a block, and better while it falls.
"""

import msgspec

from outlast.rollout.plan import Arm


class Block(msgspec.Struct, frozen=True, gc=False):
    """What has come since the last block was closed: sums and counts, whatever the traffic."""

    canary: float = 0.0
    canaries: int = 0
    control: float = 0.0
    controls: int = 0

    def add(self, arm: Arm, badness: float) -> "tuple[Block, float | None]":
        """With one more conversation; the second value is the closed block's difference, and the block is then empty.

        A block closes with its canary. One without any control before it waits for the next control; more canaries
        until then belong to it.
        """
        if arm == "B":
            grown = Block(self.canary + badness, self.canaries + 1, self.control, self.controls)
        else:
            grown = Block(self.canary, self.canaries, self.control + badness, self.controls + 1)
        if not (grown.canaries and grown.controls):
            return grown, None
        return Block(), _bounded(grown.canary / grown.canaries - grown.control / grown.controls)


def _bounded(difference: float) -> float:
    """Sums of floats may end a hair outside."""
    return min(max(difference, -1.0), 1.0)
