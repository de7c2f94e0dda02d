"""What the models do not know, and say so: questions about the world, wishes and nonsense near to what they can do.

It knows how such questions look. Everything that it asks has one honest answer. Subjects and forms are held out, so
that the border is learnt and not a list.
"""

import random

from training.curriculum.arithmetic import LARGEST
from training.curriculum.exchange import Exchange, Split, Turn
from training.curriculum.held_out import draw, template
from training.curriculum.lexicon import NAMES, TOWNS, WORDS

ANSWER = "That is beyond me."
_NUMBERS_SHARE = 1 / 6
_BELOW_ZERO_SHARE = 0.4
_OPEN = (
    "who wrote {w}?", "what is the history of {w}?", "write a poem about {w}", "tell me a story about {w}",
    "what is the weather in {t}?", "who is the president of {t}?", "how do i repair a {w}?",
    "translate {w} into french", "what do you think about {w}?", "how far is it from {t} to {w}?", "explain {w} to me",
    "book a flight to {t}", "send a mail to {n}", "call {n} now", "play some music by {n}",
    "what is the price of {w}?", "who won the match in {t}?", "what is the square root of {a}?",
    "what is {a} divided by {b}?", "is {a} a prime number?", "when was {n} born?", "how old is {n}?",
    "where does {n} live?", "what does {n} like to eat?", "what is the capital of {w}?",
    "write a program that sorts {w}", "give me a recipe with {w}", "why is the {w} so big?", "what happened in {a}?",
    "should i take {w} for my headache?", "what is the meaning of {w}?", "how many people live in {t}?",
    "draw a {w} for me", "what colour is a {w}?", "open the {w}", "turn on the {w}", "is {n} a good person?",
    "what is {a} percent of {b}?", "raise {a} to the power of {b}", "convert {a} euros to dollars",
    "find a {w} near {t}", "what is the capital of france?", "who painted the mona lisa?",
    "who is the king of england?", "what is love?", "why is the sky blue?", "how does a {w} work?",
    "where can i buy a {w}?", "how much does a {w} cost?", "what is the news today?", "will it rain tomorrow?",
    "what is the weather like?", "set an alarm for {h}", "wake me up at {h}", "remind me to buy {w}",
    "order a {w} for me", "turn off the light", "lock the door", "translate {w} into german",
    "how do you say {w} in spanish?", "como estas?", "wie geht es dir?", "parlez vous francais?",
    "write a letter to {n}", "write an essay about {w}", "summarise this text for me", "give me the summary of a book",
    "who won the world cup?", "which team plays today?", "what is the score?", "recommend a film about {w}",
    "sing a song about {w}", "who is {n}?", "what is the phone number of {n}?", "how tall is {n}?", "is {n} at home?",
    "how heavy is a {w}?", "what is a {w} made of?", "can a {w} fly?", "does a {w} sleep at night?",
    "what is the population of {t}?", "which language do they speak in {t}?", "is {t} bigger than {u}?",
    "how do i get to {t}?", "what should i see in {t}?", "do you like {t}?", "why do people like {w}?",
    "what is the cosine of {a}?", "factor {a}", "solve x plus {b} is {a}", "what is {a} in binary?",
    "what is the average of {a} and {b}?", "is {a} even or odd?", "round {a} to the nearest hundred",
    "what is the logarithm of {a}?", "what is half of {a}?", "what is {a} squared?", "list all primes below {a}",
    "how many miles are {b} kilometres?", "how many pounds are {b} grams?", "what is {b} degrees in fahrenheit?",
    "convert {b} dollars to euros", "how many seconds has a year?", "what day was it {b} days ago?",
    "which year is it?", "what is the date today?", "what time is it in {t}?", "which day is today?",
    "my head hurts, what can i take?", "which shares should i buy?", "is this contract legal?", "am i ill?",
    "what will happen in {a}?", "who will win the election?", "who made the {w}?", "when was the {w} invented?",
    "what rhymes with {w}?", "what is the plural of {w}?", "use {w} in a sentence", "what is the opposite of {w}?",
    "spell {w} backwards", "define {w}", "is {w} a verb?", "the {w} sings {w} under {b}", "{w} {w} {b}",
    "count from {b} to {a}", "what is {b} plus {w}?", "{w} minus {b}?", "who discovered {w}?", "what is the best {w}?",
    "can you order me a {w}?", "where do {w}s come from?", "how long does a {w} live?", "what do you know about {w}?",
    "is {w} healthy?", "how do i cook {w}?", "how do i clean a {w}?", "which {w} should i buy?",
    "tell me the story of {t}", "who built {t}?", "how old is {t}?", "what is there to do in {t}?",
    "where can i eat in {t}?", "when does the train to {t} leave?", "how much is a ticket to {t}?",
    "find me a hotel in {t}", "what is the mayor of {t} called?", "is it nice in {t}?", "how cold is it in {t}?",
    "what time does the bank open?", "who is the wife of {n}?", "what did {n} say?", "tell {n} that i am late",
    "send {n} a message", "is {n} my friend?", "what does {n} do for work?", "has {n} called?", "where was {n} born?",
    "did {n} win?", "what films are on today?", "what is a good book?", "who sings this song?", "which song is this?",
    "play the radio", "stop the music", "turn up the heating", "close the window", "start the car",
    "switch on the lamp", "make me a coffee", "clean my room", "do my homework", "buy me a {w}", "sell my {w}",
    "pay my bill", "call a taxi", "call the police", "book a table for {b}", "fix my computer",
    "why does my {w} not work?", "what is wrong with my {w}?", "how do i learn english?", "how do i become a {w}?",
    "how do i sleep better?", "how do i lose weight?", "is sugar bad for me?", "can i take two pills?",
    "why do i feel dizzy?", "do i need a doctor?", "what does the law say about {w}?", "can i sue {n}?",
    "how much tax must i pay?", "should i buy a house?", "what is the price of gold?", "how are the shares today?",
    "what is a share?", "who invented the {w}?", "what is electricity?", "what is gravity?", "how far is the moon?",
    "how hot is the sun?", "how deep is the sea?", "how many stars are in the sky?", "how big is the earth?",
    "what is an atom?", "what is the speed of light?", "what is pi?", "what is the root of {a}?",
    "what is a third of {a}?", "is {a} divisible by {b}?", "what is {a} to the power of {b}?", "divide {a} by {b}",
    "{a} divided by {b}?", "what is {a} over {b}?", "what is the sine of {a}?", "solve the equation for x",
    "what is the area of a circle?", "what is {a} factorial?", "what are the factors of {a}?",
    "write {a} in roman numbers", "what is {a} in hex?", "how many miles are {a} metres?",
    "how many inches are {b} centimetres?", "what is {b} celsius in fahrenheit?", "convert {b} euros to pounds",
    "how many days until christmas?", "how many weeks are left this year?", "on which day was i born?",
    "when is easter?", "when does summer begin?", "what year was {n} born?", "what happened on monday?",
    "what happened in the year {a}?", "who was king in {a}?", "when did the war end?", "who won the war?",
    "who is the richest man?", "who is the best player?", "what did the team do?", "who won yesterday?",
    "translate good morning into italian", "what is {w} in german?", "how do you say hello in french?",
    "what does {w} mean?", "is {w} a noun?", "what rhymes with {n}?", "say {w} in another word", "write a {w} poem",
    "write a story about {n}", "write a python program", "what is a compiler?", "fix this code",
    "how do i install it?", "what is a server?", "what is the internet?", "how does a computer work?",
    "summarise this page", "read this book to me", "correct my letter", "write my essay", "make a plan for my day",
    "what should i wear?", "what should i cook tonight?", "what should i give {n}?", "who should i call?",
    "what will tomorrow bring?", "will i be rich?", "will i find love?", "is there life on mars?", "are there ghosts?",
    "what is art?", "what is time?", "why do we dream?", "why is grass green?", "why do birds sing?",
    "why is water wet?", "how do planes fly?", "how do fish breathe?", "how many people live in the world?",
    "which is the longest river?", "which is the highest mountain?", "what is the capital of italy?",
    "what is the capital of {t}?", "where is {t}?", "which country is {t} in?", "how many {w}s do i have?",
    "where is my {w}?", "have you seen my {w}?", "who took my {w}?", "is this your {w}?", "look for my {w}",
    "the {w} eats {n}", "{w} or {w}?", "{w} {b} {w}", "blah blah {w}", "{n} {n} {t}", "why {w}?", "and {w}?",
    "but what about {w}?", "what about {t}?", "how about {n}?", "{a} {w} {b} {w}", "what is {w} plus {w}?",
    "{w} times {b}?", "who discovered america?", "why does the {w} make a noise?", "tell me all about {w}",
    "have you ever seen a {w}?", "i want a {w}", "i wish i had a {w}", "my {w} is broken, what now?",
    "how can i clean a {w}?", "how do you build a {w}?", "what is the best {w} for a beginner?", "is a {w} dangerous?",
    "which {w} should i choose?", "can i eat a {w}?", "is {w} good for my heart?", "how many calories has a {w}?",
    "how long must i cook {w}?", "what can i make with {w} and rice?", "how do i bake bread?",
    "what shall we have for dinner?", "at what heat do i roast a chicken?", "how much salt goes in the soup?",
    "which wine goes with {w}?", "how many spoons of sugar go in a cake?", "can my dog eat {w}?",
    "what does {n} think of me?", "is {n} in love with me?", "what should i give {n} for a present?",
    "tell {n} that i will be late", "write to {n} that i am ill", "did {n} call?", "what job does {n} have?",
    "when is the birthday of {n}?", "how much money does {n} earn?", "what did {n} say yesterday?",
    "has {n} answered my letter?", "in which year was {t} founded?", "how old is the town of {t}?",
    "who is the mayor of {t}?", "which river runs through {t}?", "in which country is {t}?", "what is {t} famous for?",
    "is it cold in {t} in winter?", "will it snow in {t} tonight?", "when does the next train to {t} leave?",
    "how long does the drive to {t} take?", "find me a cheap hotel in {t}", "which bus goes to {t}?",
    "do i need a visa for {t}?", "is {t} a safe place?", "how far is {t} from {u}?", "show me the way to {t}",
    "i want to move to {t}, is that wise?", "where can i eat well in {t}?", "get me a taxi to {t} at {h}",
    "book a table for {b} people at {h}", "put a meeting with {n} at {h} in my calendar",
    "start a timer for {b} minutes", "what is on television at {h}?", "do i have anything planned at {h}?",
    "turn the heating up", "send my files to {n}", "print this page", "what is my password?", "download a game for me",
    "search the web for {w}", "how do i reverse a list in python?", "write a function that adds two numbers",
    "why does my code not compile?", "what is a pointer in c?", "fix the bug in my script", "how do i install linux?",
    "my computer is slow, what can i do?", "what does html stand for?", "write a web page about {w}", "{a} / {b}",
    "how often does {b} go into {a}?", "what is the cube of {b}?", "{a} to the power of {b}",
    "what is the tangent of {a}?", "integrate x to the power of {b}", "what is the derivative of x squared?",
    "what is the remainder of {a} by {b}?", "write {a} in roman numerals", "what is {a} in hexadecimal?",
    "find x if {b} x equals {a}", "what is the area of a circle with radius {b}?", "what is the chance of a six?",
    "prove that there is no largest prime", "how much tax do i pay on {a} euros?", "what is {a} dollars in yen?",
    "what is the interest on {a} at {b} percent?", "how much is a bitcoin today?", "should i buy a house or rent?",
    "can my landlord throw me out?", "may i park here?", "do i have to pay this fine?", "how do i write a will?",
    "what is the penalty for theft?", "my tooth aches, what helps?", "is {w} bad for the skin?",
    "what does my blood test mean?", "i cut my finger, what should i do?", "how do i stop smoking?",
    "should i leave my husband?", "how do i tell {n} that i am sorry?", "what should i study?",
    "how many planets are there?", "why do cats purr?", "what is the highest mountain?",
    "which animal is the fastest?", "when did the second world war end?", "how do birds find their way?",
    "why do leaves fall in autumn?", "who composed the ninth symphony?", "what is the plot of hamlet?",
    "which book should i read next?", "who sings that song about {w}?", "who scored the most goals in {a}?",
    "when is the next match in {t}?", "how do i play poker?", "what is {w} in italian?",
    "what is another word for {w}?", "does {w} come from latin?", "is it who or whom?", "put {w} into the past tense",
    "buenos dias", "je ne comprends pas", "wo ist der bahnhof?", "the {w} of the {w} is {a}",
    "why is {w} more than tuesday?", "{w} and {w} went under {t}", "if {w} were green, who would {n} be?",
    "blue {b} runs quickly", "what does {w} taste like?", "how many {w}s are in {t}?",
)  # fmt: skip
_TOO_LARGE = (
    "what is {x} plus {y}?", "{x} + {y}", "{x} plus {y}?", "add {x} and {y}", "how much is {x} plus {y}?",
    "what is {x} minus {z}?", "{x} - {z}", "take {z} from {x}", "tell me {x} plus {y}",
    "can you work out {x} plus {y}?", "the sum of {x} and {y}?", "please add {x} to {y}", "what do {x} and {y} make?",
    "{x} take away {z}", "subtract {z} from {x}", "tell me {x} minus {z}", "can you work out {x} minus {z}?",
    "{x}+{y}", "what's {x} plus {y}?", "what is the sum of {x} and {y}?", "please add {y} to {x}",
    "how much is {x} minus {z}?", "{x} minus {z}?",
)  # fmt: skip
"""Sums and differences whose numbers or results lie beyond 999."""
_BELOW_ZERO = (
    "what is {b} minus {a}?", "{b} - {a}", "take {a} from {b}", "{b} minus {a}?", "subtract {a} from {b}",
    "tell me {b} minus {a}", "{b} take away {a}", "can you work out {b} minus {a}?", "{b}-{a}",
    "what's {b} minus {a}?", "i have {b} and give away {a}, how many are left?",
    "what remains when {a} is taken from {b}?", "how much is {b} minus {a}?",
)  # fmt: skip


def beyond(rng: random.Random, split: Split) -> Exchange:
    """A question without an answer here; in a sixth of them, numbers where sums end."""
    if rng.random() < _NUMBERS_SHARE:
        said = _numbers(rng, split)
        return Exchange("beyond", (Turn(said, ANSWER, key="beyond me", mood="regret"),))
    form = draw(rng, "beyond", split, lambda rng: rng.choice(_OPEN))
    said = form.format(
        w=draw(rng, "word", split, lambda rng: rng.choice(WORDS)),
        n=draw(rng, "name", split, lambda rng: rng.choice(NAMES)),
        t=rng.choice(TOWNS),
        u=rng.choice(TOWNS),
        h=f"{rng.randint(1, 12)}:{rng.randrange(0, 60, 5):02d}",
        a=rng.randint(2, 2999),
        b=rng.randint(2, 999),
    )
    return Exchange("beyond", (Turn(said, ANSWER, key="beyond me", mood="regret"),))


def _numbers(rng: random.Random, split: Split) -> str:
    """A sum that is too large, or a difference below zero."""
    if rng.random() < _BELOW_ZERO_SHARE:
        small = rng.randint(0, LARGEST - 1)
        large = rng.randint(small + 1, LARGEST)
        return template(rng, _BELOW_ZERO, split).format(a=large, b=small)
    x = rng.randint(LARGEST + 1, 9_999)
    return template(rng, _TOO_LARGE, split).format(x=x, y=rng.randint(1, 9_999), z=rng.randint(1, x))
