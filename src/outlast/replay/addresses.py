"""Where people live: streets with a number, and postcodes, as several countries write them.

It knows words for streets. It does not know towns, and takes no place by its name alone. Every pattern takes linear
time.
"""

import re
from typing import Final

from outlast.replay.kind import Kind

_CAPITAL: Final = "A-ZÀ-ÖØ-Þ"
_NAME: Final = rf"[{_CAPITAL}][\w'\u2019.-]*"
_STATES: Final = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|"
    "RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY"
)
_BRITISH: Final = (
    r"(?:[A-PR-UWYZ](?:\d{1,2}|\d[A-HJKPSTUW]|[A-HK-Y]\d{1,2}|[A-HK-Y]\d[ABEHMNPRVWXY]))\s\d[ABD-HJLNP-UW-Z]{2}"
)
_CANADIAN: Final = r"[ABCEGHJ-NPRSTVXY]\d[A-Z]\s\d[A-Z]\d"
_TOWN: Final = rf"[{_CAPITAL}][\w'\u2019-]*(?:\s[{_CAPITAL}][\w'\u2019-]*){{0,2}}"


def _kind(pattern: str, near: str, flags: int = 0, *, words: str = "") -> Kind:
    needed = tuple(words.split(",")) if words else ()
    return Kind("address", re.compile(pattern, re.VERBOSE | flags), None, re.compile(near, flags), needed, loose=True)


ADDRESSES: Final = (
    _kind(
        rf"""(?<![\w.,])\d{{1,5}}[A-Za-z]?,?\s(?:[NSEW]\.?\s|{_NAME}\s){{1,4}}
            (?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Square|Sq|Terrace|Way|Close|Crescent
            |Parkway|Pkwy|Highway|Hwy|Mews|Gardens|Grove)\b\.?
            (?:,?\s(?:Apt|Apartment|Suite|Unit|Flat|Floor|\#)\.?\s?\w{{1,6}})?
            (?:,\s{_TOWN})?(?:,?\s(?:{_STATES})\s\d{{5}}(?:-\d{{4}})?|,?\s(?:[A-Z]{{2,3}}\s)?\d{{4}}(?!\w)|,?\s{_BRITISH}|,?\s(?:[A-Z]{{2}}\s)?{_CANADIAN})?""",
        r"\d[A-Za-z]?,?\s[A-ZÀ-Þ]",
        words=" st, ave,road, rd,boulevard,blvd,lane, ln,"
        "drive, dr,court, ct,place, pl,square, sq,terrace,way,close,crescent,"
        "parkway,pkwy,hwy,mews,gardens,grove",
    ),
    _kind(rf"(?<!\w){_TOWN},\s(?:{_STATES})\s\d{{5}}(?:-\d{{4}})?(?!\w)", r",\s[A-Z]{2}\s\d{5}"),
    _kind(rf"(?<!\w)(?:{_BRITISH}|{_CANADIAN})(?!\w)", r"\d[A-Z]{0,2}\s\d[A-Z]"),
    _kind(
        rf"""(?<!\w)[{_CAPITAL}][\w.-]*(?:straße|strasse|str\.|weg|platz|allee|gasse|damm|ring|ufer|chaussee|straat|laan|plein|gracht|kade|singel)
            \s\d{{1,4}}\s?[a-zA-Z]?(?!\w)(?:,?\s(?:[A-Z]-)?(?:\d{{4}}\s?[A-Z]{{2}}|\d{{4,5}})\s{_TOWN})?""",
        r"(?:str|weg|platz|allee|gasse|damm|ring|ufer|chaussee|laan|plein|gracht|kade|singel)[aeßst.]{0,4}\s\d",
    ),
    _kind(
        rf"""(?<!\w)\d{{1,4}}(?:\s?(?:bis|ter))?,?\s(?:rue|avenue|av\.|boulevard|bd|place|impasse|chemin|allée|quai|cours|route)
            (?:\s(?:de|du|des|la|le|les|et|[dl]['\u2019][\w-]+|{_NAME}|\d{{1,2}})){{1,6}}(?:,?\s\d{{5}}\s{_TOWN})?""",
        r"\d,?\s",
        re.IGNORECASE,
        words="rue ,avenue ,av. ,boulevard ,bd ,place ,impasse ,chemin ,allée ,quai ,cours ,route ",
    ),
    _kind(
        rf"""(?<!\w)(?:Via|Viale|Piazza|Piazzale|P\.zza|Corso|C\.so|Largo|Vicolo|Strada|Calle|C/|Avenida|Avda\.?|Paseo|Plaza|Carrer|Ronda
            |Camino|Rua|Travessa|Praça|Alameda)\s?(?:\s?(?:dei|del|della|delle|degli|dell['\u2019][\w-]+|di|da|de|do|dos|das|la|las|los|el|{_NAME})){{1,6}},?
            \s(?:n[.º°]?\s?)?\d{{1,4}}(?:/?[a-zA-Z])?(?!\w)
            (?:,?\s(?:\d{{5}}|\d{{4}}-\d{{3}})\s{_TOWN})?(?:\s\([A-Z]{{2}}\))?""",
        r"\b(?:Via|Viale|Piazz|P\.zza|Corso|C\.so|Largo|Vicolo|Strada|Calle|C/|Av|Paseo|Plaza|Carrer|Ronda|Camino|Rua|Trav|Praç|Alam)",
    ),
    _kind(
        r"[\u4e00-\u9fff]{2,8}(?:省|市|自治区|区|县)[\u4e00-\u9fff]{0,16}(?:路|街|道|巷|弄|胡同)"
        r"\s?\d{1,5}\s?(?:号|弄)[\u4e00-\u9fff\d]{0,16}",
        r"\d\s?(?:号|弄)",
    ),
    Kind(
        "address",
        re.compile(
            r"(?<![A-Za-z])(?:(?i:zip(?: ?code)?|post(?:al )?code|plz|postleitzahl"
            r"|code postal|código postal|postcode)|CAP|邮编|邮政编码)"
            r"\s?[:=\uff1a]?\s?(?P<value>\d{4,6}(?:-\d{3,4})?)(?!\w)"
        ),
        None,
        re.compile(r"\d{4}"),
        ("zip", "post", "plz", "cap", "code", "código", "邮"),
    ),
)
