"""What a move to another model does to requests, before any of them is sent.

It knows requests of every dialect, rules and translations. It does not know where requests come from or what is shown.
"""

from outlast.dialects.moving.request import Moved, Sent, move, sent_of, target_dialect
from outlast.dialects.moving.tally import Counted, Tally

__all__ = ["Counted", "Moved", "Sent", "Tally", "move", "sent_of", "target_dialect"]
