"""How a text sounds: features of style that need no model, and what of them a persona asks for."""
