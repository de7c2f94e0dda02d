"""How many examples a property takes: few in every run, many when asked (``HYPOTHESIS_PROFILE=thorough``).

How long one takes says more of the machine than of the property: no time is set.
"""

import os

from hypothesis import settings

_PARENT = settings.get_profile("ci" if "CI" in os.environ else "default")
settings.register_profile("quick", _PARENT, max_examples=50, deadline=None)
settings.register_profile("thorough", _PARENT, max_examples=500, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
