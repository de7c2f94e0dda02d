"""Everyday words that are spelled, named and remembered.

It knows lists. It does not know what is asked about them.
"""

NAMES = (
    "anna ben carla david emma frank grace henry iris jack kate leo maria nina oscar paul rosa sam tina "
    "victor wendy adam bella clara daniel ella felix gina hugo ivan julia karl lena mark nora otto peter "
    "rita simon thea ursula will zoe alice bruno cora dean elsa finn gwen hans ida jonas kim lars mila "
    "noah olga pia quentin ruth stan tom una vera "
).split()
WORDS = (
    "apple bread cat dog egg fish garden house island jacket kitchen lemon market nurse orange paper "
    "queen river school table uncle village window yellow zebra answer bridge candle doctor engine flower "
    "glass hammer insect jungle kettle letter mirror needle office pencil rabbit silver ticket umbrella "
    "valley winter button carpet dinner eagle farmer guitar honey ladder monkey napkin onion picture "
    "rocket summer tunnel violin wallet basket cherry dragon finger ground helmet jewel knife lizard "
    "magnet number ocean pepper quiet ribbon saddle teacher under violet water bottle circle desert "
    "evening forest gold hotel iron juice king lamp moon night open plant rain snow train voice wheel "
    "year zero ball cake door ear fire green hand ice jump kite leaf milk nose oven pink queue rose ship "
    "tree urban vase wolf "
).split()
COLOURS = ("red", "green", "blue", "yellow", "black", "white", "orange", "purple", "brown", "grey")
SHAPES = ("circle", "square", "triangle", "star", "cross", "ring")
FOODS = ("bread", "soup", "pasta", "rice", "apples", "cheese", "cake", "fish", "salad", "honey", "pizza", "eggs")
PETS = ("cat", "dog", "rabbit", "parrot", "horse", "fish", "turtle", "hamster")
TOWNS = (
    "rome",
    "paris",
    "london",
    "berlin",
    "madrid",
    "vienna",
    "lisbon",
    "athens",
    "dublin",
    "oslo",
    "prague",
    "milan",
)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
