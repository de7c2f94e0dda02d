"""How many examples a property takes: few in every run, many when asked (``HYPOTHESIS_PROFILE=thorough``)."""

import os

from hypothesis import settings

_PARENT = settings.get_profile("ci" if "CI" in os.environ else "default")
settings.register_profile("quick", _PARENT, max_examples=50)
settings.register_profile("thorough", _PARENT, max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
