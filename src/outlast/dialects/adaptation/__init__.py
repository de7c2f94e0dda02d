"""What must change in a request so that its target takes it, or why it cannot be asked there: the table of rules.

A rule is a row (``rules``) with source, date and examples; ``steps`` carry rules out, one module for each dialect;
``traits`` say what a model refuses, as far as the catalogue states it. It does not know who asks nor why he moved.
"""

from outlast.dialects.adaptation.applying import NOTHING, Profile, adapt, profile
from outlast.dialects.adaptation.draft import Adaptation
from outlast.dialects.adaptation.fit import Fit, fits

__all__ = ["NOTHING", "Adaptation", "Fit", "Profile", "adapt", "fits", "profile"]
