"""Everyday words that are spelled, named and remembered.

It knows lists. It does not know what is asked about them.
"""

NAMES = (
    "anna ben carla david emma frank grace henry iris jack kate leo maria nina oscar paul rosa sam tina "
    "victor wendy adam bella clara daniel ella felix gina hugo ivan julia karl lena nora otto peter "
    "rita simon thea ursula zoe alice bruno cora dean elsa finn gwen hans ida jonas kim lars mila "
    "noah olga pia quentin ruth stan tom una vera "
).split()
WORDS = (
    "apple egg garden house island jacket kitchen lemon market nurse paper queen river school table uncle village "
    "window zebra bridge candle engine flower glass hammer insect jungle kettle mirror needle office pencil "
    "silver ticket valley button carpet dinner eagle farmer guitar ladder monkey napkin onion "
    "rocket tunnel violin wallet basket cherry dragon finger ground helmet jewel knife lizard magnet ocean "
    "pepper ribbon saddle teacher under violet water bottle desert forest gold hotel iron juice king lamp "
    "moon open plant rain snow train wheel ball door ear fire hand ice jump kite leaf milk nose oven "
    "pink queue rose ship tree urban vase wolf anchor bacon banana barrel beach beard bell bench berry bird blanket "
    "boat bone brick broom brush camel canal castle chain chair chalk cheek chin clay cloud coast coat comb "
    "copper corn cotton couch cow crab cradle crown cup curtain deer desk drum duck dust elbow fence field flag "
    "flute foam fog fork fox frog gate ghost giant goat goose grape grass hat hawk hedge hen hill hook horn inn jar "
    "key lake lamb lane leather lid lion lock log loom map maple marble mask meadow melon mint mouse mud nail neck "
    "nest net nut oak oar owl palm pan path peach pear pen pie pig pillow pine pipe pond pot puddle purse rake "
    "raven razor road robin roof rope sail salt sand scarf seal seed sheep shell shelf shirt shoe shop shovel sink "
    "skirt sky slipper snail soap sock spider spoon squirrel stable stick stone stool storm stove straw sugar swan "
    "sword tail tent thread throat thumb tiger toast towel tower toy trumpet tulip turkey wagon walnut wasp wave "
    "whale wheat whistle wing witch wood wool worm wrist "
).split()
"""None that the forms of questions themselves need: these are letters to the network, so that any word can be."""
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
