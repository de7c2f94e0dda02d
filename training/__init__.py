"""What a local model that hears, sees and speaks shall be taught with: made-up exchanges, and what is held out of them.

Nothing of this is installed with Outlast. There is no network and no trained model yet.
"""
