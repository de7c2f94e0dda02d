"""How the ears are taught: questions read aloud by synthesisers, spoiled as rooms and telephones spoil them, kept.

``python -m training.speech --count 6000 --seed 1 --out FOLDER``. It knows sounds and what of them is held out. It does
not know networks, nor what is asked and answered (``training.curriculum``).
"""
