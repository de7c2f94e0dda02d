"""What snapshots can do, by asking them: ``python -m training.evaluate``.

It knows questions that nobody taught, what counts as right, and how figures are set beside goals and ceilings. The
engine is asked as a caller asks it (``outlast.omni.mini``), so that what is measured is what is shipped; no torch here.
"""
