"""Texts with and without what must be taken out: forms of several countries filled with digits of a fixed seed.

Nothing in it belongs to anybody: numbers are random with right check digits, names and places are invented.
"""
# ruff: noqa: E501, RUF001 - forms read as rows, and their odd signs are the point

import random
import string
from collections.abc import Callable, Iterator

from outlast.replay import check_digits as check

PER_KIND = 200
SAID = (
    "Hi, you can reach me under {}. Thanks!", "{}", "({})", "Please note: {}", "my details are {}, as before",
    "Ecco i miei dati: {}", "Voici : {}", "Hier: {}\nDanke", "请记下 {} 。", "* {}\n* nothing else", '"{}"', "{}; call later",
)  # fmt: skip


def digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice(string.digits) for _ in range(count))


def filled(rng: random.Random, form: str) -> str:
    """``#``: a digit, ``%``: 2 to 9, ``@``: a capital letter, ``&``: a sign of a key."""
    signs = {
        "#": string.digits, "%": "23456789", "@": string.ascii_uppercase, "&": string.ascii_letters + string.digits,
    }  # fmt: skip
    return "".join(rng.choice(signs[sign]) if sign in signs else sign for sign in form)


def until(rng: random.Random, form: str, rule: Callable[[str], bool]) -> str:
    return next(found for found in iter(lambda: filled(rng, form), "") if rule(found))


def day(rng: random.Random) -> tuple[int, int, int]:
    return rng.randint(1, 28), rng.randint(1, 12), rng.randint(1930, 2012)


def iban(rng: random.Random) -> str:
    country, length = rng.choice(
        (("DE", 22), ("IT", 27), ("FR", 27), ("ES", 24), ("GB", 22), ("NL", 18), ("CH", 21), ("PL", 28))
    )
    body = {"IT": "X", "GB": "NWBK", "NL": "INGB"}.get(country, "")
    body += digits(rng, length - 4 - len(body))
    number = "".join(str(int(sign, 36)) for sign in body + country + "00")
    whole = f"{country}{98 - int(number) % 97:02d}{body}"
    return whole if rng.random() < 0.5 else " ".join(whole[at : at + 4] for at in range(0, len(whole), 4))


def card(rng: random.Random) -> str:
    form = rng.choice(
        ("4###########", "4##############", "51#############", "2221###########", "34############", "6011###########")
    )
    body = filled(rng, form if len(form) != 12 else form + "###")
    last = next(each for each in string.digits if check.luhn(body + each))
    whole = body + last
    if len(whole) == 15:
        return rng.choice((whole, f"{whole[:4]} {whole[4:10]} {whole[10:]}"))
    by = rng.choice(("", " ", "-"))
    return by.join(whole[at : at + 4] for at in range(0, 16, 4))


PHONES = (
    "+39 0% #######", "+39 3%# ### ####", "+393%########", "0039 3%# #######", "+1 (%##) %##-####", "(%##) %##-####", "%##-%##-####",
    "%##.%##.####", "+1-%##-%##-####", "+44 20 #### ####", "+44 7%## ######", "020 7### ####", "07%## ######", "07%## ### ###",
    "+33 6 ## ## ## ##", "06 ## ## ## ##", "01.##.##.##.##", "+49 30 ########", "0151 #######%", "030/#######", "+49 (0)89 ######",
    "+34 6## ### ###", "6## ## ## ##", "+86 13# #### ####", "138 #### ####", "139########", "010-########", "+81 3-####-####",
    "03-####-####", "+55 11 9####-####", "(11) 9####-####", "+91 9#### #####", "9#### #####", "+61 4%# ### ###", "04%# ### ###",
    "+41 44 ### ## ##", "044 ### ## ##", "+31 6 ########", "06-########", "tel. ########", "phone: ### ####", "mobile number is 3%########",
    "call me at %######", "Telefon: 0## #####", "telefono 0% ######", "电话：########", "whatsapp %#########", "fax 0## ### ###",
)  # fmt: skip
KEYS = (
    "sk-proj-" + "&" * 40, "sk-ant-api03-" + "&" * 40, "sk-or-v1-" + "&" * 40, "sk-" + "&" * 32, "ghp_" + "&" * 36,
    "github_pat_" + "&" * 40, "glpat-" + "&" * 20, "xoxb-##########-" + "&" * 24, "AKIA" + "@" * 16, "AIza" + "&" * 35,
    "hf_" + "&" * 34, "gsk_" + "&" * 40, "xai-" + "&" * 40, "npm_" + "&" * 36, "SG." + "&" * 22 + "." + "&" * 43,
    "sk_live_" + "&" * 24, "rk_test_" + "&" * 24, "eyJ" + "&" * 20 + "." + "&" * 30 + "." + "&" * 30, "pplx-" + "&" * 40,
    "r8_" + "&" * 37, "nvapi-" + "&" * 40, "lsv2_pt_" + "&" * 32, "pk-lf-" + "&" * 30, "whsec_" + "&" * 32, "hvs." + "&" * 30,
    "password: &&&&#&&&", "pwd=&&&#&&&&!", "api_key = '&&&&&&#&&&&&'", "Passwort: &&&#&&&", "secret=&&&&&&&#&&&", "token: &&&#&&&&&&",
    "Authorization: Bearer &&&&&#&&&&&&&&&&&", "aws_secret_access_key=&&&&&&&&&#&&&&&&&&&", "contraseña: &&&#&&&", "密码：&&&#&&&&",
    "mot de passe : &&&#&&&&", "https://example.org/x?api_key=&&&&&&#&&", "https://example.org/?X-Amz-Signature=&&&&&&&#&&&",
    "##########:AA" + "&" * 33, "ATATT3&&&&" + "&" * 30, "AGE-SECRET-KEY-1" + "@" * 50,
)  # fmt: skip
BIRTHS = (
    "born on {0} March {2}", "date of birth: {0:02d}/{1:02d}/{2}", "DOB {1}/{0}/{2}", "nato il {0}/{1}/{2}", "nata a Roma il {0}.{1}.{2}",
    "data di nascita: {0:02d}-{1:02d}-{2}", "né le {0} mars {2}", "née le {0:02d}/{1:02d}/{2}", "date de naissance : {0}/{1}/{2}",
    "geboren am {0}. April {2}", "Geburtsdatum: {0:02d}.{1:02d}.{2}", "geb. {0}.{1}.{2}", "fecha de nacimiento: {0}/{1}/{2}",
    "nacida el {0} de mayo de {2}", "出生日期：{2}年{1}月{0}日", "生于{2}年{1}月{0}日", "birthday is {2}-{1:02d}-{0:02d}", "Born: April {0}, {2}",
    "born the {0}th of June {2}", "data de nascimento: {0:02d}/{1:02d}/{2}", "geboortedatum {0:02d}-{1:02d}-{2}",
)  # fmt: skip
STREETS = (
    "{0} Maple Street", "{0} North Oak Avenue, Springfield, IL 6{1}", "{0} Elm Rd, Apt 4B", "{0} W. Lincoln Blvd, Austin, TX 7{1}",
    "{0} High Street, Ilford, IG1 4NL", "{0} Queens Gardens, Leeds LS1 4DY", "Via Garibaldi {0}, 2{1} Milano (MI)", "Piazza del Popolo {0}",
    "Viale dei Tigli, {0}", "Corso Vittorio Emanuele {0}, 1{1} Torino", "{0} rue de la République, 6{1} Lyon", "{0} bis avenue des Ternes",
    "{0}, boulevard Saint-Michel, 7{1} Paris", "Lindenstraße {0}, 1{1} Berlin", "Hauptstr. {0}", "Am Markt 1, Rosenweg {0}, 5{1} Köln",
    "Calle de Alcalá {0}, 2{1} Madrid", "Avenida de la Paz {0}", "Plaza Mayor, {0}", "Prinsengracht {0}, 1015 AB Amsterdam",
    "Kerkstraat {0}", "北京市朝阳区建国路{0}号", "上海市浦东新区世纪大道{0}号", "Rua das Flores {0}, 1200-195 Lisboa", "Seattle, WA 9{1}", "SW1A 2AA",
    "zip code 9{1}", "PLZ 1{1}", "K1A 0B1", "{0} George St, Sydney NSW 2000", "codice: CAP 2{1}",
)  # fmt: skip


def ids(rng: random.Random) -> str:
    one, two, year = day(rng)
    forms: tuple[Callable[[], str], ...] = (
        lambda: f"{rng.randint(100, 665):03d}-{rng.randint(1, 99):02d}-{rng.randint(1, 9999):04d}",
        lambda: filled(rng, "@@@@@@") + f"{year % 100:02d}" + rng.choice("ABCDEHLMPRST") + f"{one:02d}" + filled(rng, "@###@"),
        lambda: (base := f"{rng.choice('12')}{year % 100:02d}{two:02d}{rng.randint(1, 95):02d}{digits(rng, 6)}") + f"{97 - int(base) % 97:02d}",
        lambda: until(rng, "########@", lambda found: found[-1] not in "IOU" and check.spanish_dni(found)),
        lambda: until(rng, "X#######@", lambda found: found[-1] not in "IOU" and check.spanish_dni(found)),
        lambda: f"{rng.choice('ABCEGHJKLMNPRSTWXYZ')}{rng.choice('ABCEGHJKLMPRSTWXYZ')} {digits(rng, 2)} {digits(rng, 2)} {digits(rng, 2)} {rng.choice('ABCD')}",
        lambda: until(rng, f"110105{year}{two:02d}{one:02d}####", check.chinese_id),
        lambda: until(rng, "###.###.###-##", check.brazilian_cpf),
        lambda: until(rng, "%### #### ####", check.verhoeff),
        lambda: f"{filled(rng, '@@@P@####@')}",
        lambda: until(rng, f"{year}{two:02d}{one:02d}-####", lambda found: check.luhn(found[-11:])),
        lambda: until(rng, "756.####.####.##", check.ean13),
        lambda: f"{year % 100:02d}{two:02d}{one:02d}-{rng.randint(1, 4)}{digits(rng, 6)}",
        lambda: "passport number " + filled(rng, "@#######"),
        lambda: "Reisepass Nr. " + filled(rng, "C########"),
        lambda: "driver's license: " + filled(rng, "@######"),
        lambda: "numero di patente " + filled(rng, "@@#######") if rng.random() < 0 else "patente " + filled(rng, "@@#######"),
        lambda: "SSN " + filled(rng, "#########"),
        lambda: "NHS number: " + filled(rng, "### ### ####"),
        lambda: "护照号码：" + filled(rng, "@########"),
        lambda: "Steuer-ID: " + filled(rng, "## ### ### ###"),
    )  # fmt: skip
    return rng.choice(forms)()


def mail(rng: random.Random) -> str:
    name = rng.choice(("anna", "j.doe", "m_rossi", "o'neil", "li.wei+news", "user-7", "x", "müller"))
    host = rng.choice(("example.org", "mail.example.co.uk", "firma.example", "a-b.example.it", "xn--e1afmkfd.example"))
    return rng.choice(
        (f"{name}{digits(rng, 2)}@{host}",) * 6
        + (f"{name}{digits(rng, 2)} [at] example [dot] org", f"{name}{digits(rng, 2)}(at)example.org")
    )


def address_of_machine(rng: random.Random) -> str:
    four = ".".join(str(rng.randint(1, 126) if place == 0 else rng.randint(0, 255)) for place in range(4))
    groups = [f"{rng.randint(1, 65535):x}" for _ in range(8)]
    return rng.choice(
        (
            four,
            four,
            ":".join(groups),
            f"2001:db8:{groups[2]}::{groups[7]}",
            f"fe80::{groups[4]}:{groups[5]}:{groups[6]}",
        )
    )


POSITIVE: dict[str, Callable[[random.Random], str]] = {
    "mail": mail,
    "phone": lambda rng: filled(rng, rng.choice(PHONES)),
    "card": card,
    "account": iban,
    "key": lambda rng: filled(rng, rng.choice(KEYS)),
    "id": ids,
    "birth": lambda rng: rng.choice(BIRTHS).format(*day(rng)),
    "address": lambda rng: rng.choice(STREETS).format(rng.randint(2, 199), filled(rng, "0###")),
    "ip": address_of_machine,
    "login": lambda rng: f"https://user:{filled(rng, '&&&&&&')}@example.org/path",
    "mac": lambda rng: ":".join(f"{rng.randint(0, 255):02x}" for _ in range(6)),
}
NEGATIVE = (
    "The order has {n} items and costs {a}.{b} EUR.", "In {y} the company sold {n},{m} units.", "Version {a}.{b}.{c} fixes issue #{n}{m}.",
    "Add {n} to {m} and multiply by {a}.", "It takes {a} to {b} days, about {n} km.", "The meeting is on 12 March {y} at {h}:30.",
    "See section {a}.{b} on page {n}.", "def f(x): return x[{a}:{b}] * {n}", "for (int i = 0; i < {n}; i++) sum += a[i];",
    "SELECT * FROM orders WHERE id = {n}{m} LIMIT {a}", "HTTP {s} after {n} ms, retry {a} of {b}", "timestamp 17{n}{m}{n}{b}{b}",
    "commit {x} on branch release-{y}", "uuid {u}", "sha256 {x}{x}", "The ratio is 0.{n}{m} +- 0.0{a}.", "pi is 3.14159265358979 and e is 2.718281828459",
    "Population: {a},{n},{m}", "Popolazione: {a}.{n}.{m} abitanti nel {y}", "Le budget est de {n} {m} euros en {y}.", "Es waren {n}.{m} Menschen im Jahr {y}.",
    "ISBN 978-3-16-148410-{a}", "The password is required and must not be empty.", "Set the token: string parameter to null.", "An API key is needed; see the docs.",
    "Use a secret word between friends.", "Pass the key as a header.", "max_tokens={n}, temperature=0.{a}", "She was born in {y} in a small town.",
    "Write a story about a street with {a} houses.", "The road to success has {a} steps.", "Via email or by phone, {a} days a week.", "Place {a} orders today.",
    "std::vector<int> v; ns::call({a});", "dead::beef is a name", "12:30:{h} to 13:45:{h}", "0x{x}", "rgb({n}, {a}, {b})", "#a1b2c{a}",
    "2026-0{a}-1{a}T10:00:00Z", "{y}-{y2} season", "Item {n}-{a} from aisle {b}", "Chapter {a}: the lane", "v{a}.{b}.{c}.{d}", "127.0.0.1:8080 is local",
    "一共有{n}个人参加了{y}年的会议。", "Il capitolo {a} ha {n} pagine.", "el {a} de mayo de {y} hubo {n} personas", "Am {a}. Mai {y} kamen {n} Gäste.",
    "score {n}/{m}, rank {a}", "f(x) = {a}x^2 + {b}x - {n}", "{n} x {m} pixels at {h} fps", "tel Aviv has {a} beaches", "Windows 11 build 22{n}.{m}",
    "git@github.com:org/repo.git", "user@host without a domain", "npm i react@18.{a}.{b}", "call me later, in {a} minutes", "mobile first, {a} breakpoints",
)  # fmt: skip


def positives() -> Iterator[tuple[str, str, str]]:
    """Kind, text, and what must be gone from it."""
    rng = random.Random(4)  # noqa: S311 - a fixed set, no secret
    for kind, make in POSITIVE.items():
        for number in range(PER_KIND):
            value = make(rng)
            yield kind, SAID[number % len(SAID)].format(value), value


def negatives() -> Iterator[str]:
    """Texts in which nothing may be touched."""
    rng = random.Random(5)  # noqa: S311 - a fixed set, no secret
    for number in range(PER_KIND * len(POSITIVE)):
        hexes = f"{rng.getrandbits(128):032x}"
        yield NEGATIVE[number % len(NEGATIVE)].format(
            n=rng.randint(100, 999), m=rng.randint(100, 999), a=rng.randint(1, 9), b=rng.randint(1, 9), c=rng.randint(0, 9),
            d=rng.randint(0, 9), y=rng.randint(1900, 2029), y2=rng.randint(1900, 2029), h=rng.randint(10, 59), s=rng.randint(400, 599),
            x=hexes, u=f"{hexes[:8]}-{hexes[8:12]}-4{hexes[13:16]}-a{hexes[17:20]}-{hexes[20:]}",
        )  # fmt: skip
