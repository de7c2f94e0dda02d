"""The local engine: one small network that reads, hears, sees and speaks, without torch.

It knows positions, weights and sounds as numbers. It does not know HTTP, files of settings or what a provider is:
``providers`` asks it for sessions, and ``training`` (not installed) makes its weights with the same front ends.
"""
