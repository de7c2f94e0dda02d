"""What personal data looks like: one pattern a kind, and what tells them from other numbers.

It knows forms, those of several countries. It does not know what is done about a find (``redaction``), nor secrets
(``secrets``) and addresses (``addresses``). Every pattern takes linear time: no repetition inside another one can
match the same text in two ways.
"""

import ipaddress
import re
from collections.abc import Callable
from typing import Final

from outlast.replay import check_digits as check
from outlast.replay.kind import Kind

Match = re.Match[str]

_TWO_DIGITS: Final = re.compile(r"\d\d")
_SIX_DIGITS: Final = re.compile(r"\d(?:[ .()/-]{0,2}\d){5}")
_LETTERS: Final = re.compile(r"[A-Za-z]{5}\d\d")
_THIRTEEN_DIGITS: Final = re.compile(r"\d(?:[ -]?\d){12}")
_FOUR_NUMBERS: Final = re.compile(r"\d\.\d{1,3}\.\d{1,3}\.\d")
_VERSION: Final = re.compile(r"(?:\bv|version|release|ver\.?|build|firmware)[ :=]{0,2}$", re.IGNORECASE)

_IBANS: Final = {
    15: "NO", 16: "BE", 18: "DK FI FO GL NL", 19: "MK SI", 20: "AT BA EE KZ LT LU XK", 21: "CH CR HR LI LV",
    22: "BG BH DE GB GE IE ME RS", 23: "AE GI IL OM TL", 24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST",
    26: "IS TR", 27: "FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HU LB PL SV", 29: "BR EG PS QA UA", 30: "JO KW MU",
    31: "MT SC", 32: "LC",
}  # fmt: skip
"""Countries by the length of their account numbers, after the SWIFT registry."""


def _value(rule: Callable[[str], bool]) -> Callable[[Match], bool]:
    """A rule for the text that would be taken out."""
    return lambda match: rule(match["value"] if "value" in match.re.groupindex else match[0])


def _mail(match: Match) -> bool:
    return not match[0].startswith("git@")


def _ip4(match: Match) -> bool:
    first = match[0].partition(".")[0]
    return (
        first not in ("0", "127", "255")
        and _VERSION.search(match.string[max(0, match.start() - 12) : match.start()]) is None
    )


def _ip6(match: Match) -> bool:
    try:
        ipaddress.IPv6Address(match[0])
    except ValueError:
        return False
    return sum(map(bool, match[0].split(":"))) >= 3


def _phone(match: Match) -> bool:
    text = match["value"] if "value" in match.re.groupindex else match[0]
    found = check.digits_of(text)
    years = re.fullmatch(r"(?:19|20)\d\d[ /-]{1,3}(?:19|20)\d\d", text)
    return 7 <= len(found) <= 15 and len(set(found)) > 2 and found[-6:] != [0] * 6 and years is None


def _spanish(match: Match) -> bool:
    return _phone(match) and not match[0].endswith("000")


def _number(match: Match) -> bool:
    return len(check.digits_of(match["value"])) >= 5


def _kind(
    name: str,
    pattern: str,
    holds: Callable[[Match], bool] | None = None,
    *,
    near: re.Pattern[str] = _SIX_DIGITS,
    words: str = "",
    any_case: bool = False,
) -> Kind:
    """A kind whose pattern may be written over several lines; ``words`` are separated by commas."""
    flags = re.VERBOSE | (re.IGNORECASE if any_case else 0)
    needed = tuple(words.split(",")) if words else ()
    return Kind(name, re.compile(pattern, flags), holds, near, needed, loose=True)


def _iban_pattern() -> str:
    forms = (
        rf"(?:{'|'.join(countries.split())})\d{{2}}(?:[\ -]?[A-Z0-9]){{{length - 4}}}"
        for length, countries in _IBANS.items()
    )
    return rf"(?<![A-Za-z0-9])(?:{'|'.join(forms)})(?![A-Za-z0-9])"


_SAYS: Final = r"\s{0,2}(?:[:\#=\uff1a]|\b(?:is|was|are|ist|lautet|è|est|es|at|on)\b|是|为)?\s{0,2}"
"""Between a word and its value."""

MAIL: Final = (
    Kind(
        "mail",
        re.compile(r"(?<![\w.+%-])[\w.+%'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w@])"),
        _mail,
        re.compile("@"),
        loose=True,
    ),
    Kind(
        "mail",
        re.compile(
            r"(?<![\w.+'-])[\w.+'-]{1,64}\s?(?:(?:\[at\]|\(at\)|\{at\})\s?[\w-]{1,63}"
            r"\s?(?:\.|\[dot\]|\(dot\)|\{dot\}| dot )"
            r"| at [\w-]{1,63} dot )\s?[A-Za-z]{2,10}\b",
            re.IGNORECASE,
        ),
        None,
        re.compile(r"[\[({ ]at[\])} ]", re.IGNORECASE),
        (" dot ", "[at]", "(at)", "{at}"),
        loose=True,
    ),
)

MONEY: Final = (
    Kind(
        "account",
        re.compile(_iban_pattern(), re.IGNORECASE),
        _value(check.iban),
        re.compile(r"[A-Za-z]{2}\d\d[ -]?[A-Za-z0-9]{4}"),
        loose=True,
    ),
    _kind(
        "card",
        r"""(?<![\d.,-])(?:
            (?:4\d{3}|5[0-8]\d\d|2[2-7]\d\d|6\d{3}|35\d\d)[\ -]?\d{4}[\ -]?\d{4}[\ -]?\d{1,4}(?:[\ -]?\d{3})?
            |3[47]\d\d[\ -]?\d{6}[\ -]?\d{5}|3(?:0[0-5]|[689]\d)\d[\ -]?\d{6}[\ -]?\d{4}
        )(?![\d-]|[.,]\d)""",
        lambda match: 13 <= len(check.digits_of(match[0])) <= 19 and check.luhn(match[0]),
        near=_THIRTEEN_DIGITS,
    ),
    _kind(
        "card",
        rf"(?<![a-z])(?:cvv2?|cvc2?|security\ code|card\ code){_SAYS}(?P<value>\d{{3,4}})(?!\d)",
        near=_TWO_DIGITS,
        words="cvv,cvc,security code,card code",
        any_case=True,
    ),
    _kind(
        "account",
        rf"""(?<![a-z])(?:bank\ account|account|acct|kontonummer|konto|compte(?:\ bancaire)?|conto(?:\ corrente)?
            |cuenta(?:\ bancaria)?|conta|routing|sort\ code|blz|bsb|银行账号|账号|账户|卡号)
            (?:[\ -]?(?:number|no|nr|num|n[°º]|号码?))?\.?{_SAYS}(?P<value>\d(?:[\ -]?\d){{5,22}})(?!\d|[.,]\d)""",
        words="account,acct,konto,compte,conto,cuenta,conta,routing,sort code,blz,bsb,账,卡号",
        any_case=True,
    ),
)

NETWORK: Final = (
    _kind(
        "ip",
        r"(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?![\w]|\.\d)",
        _ip4,
        near=_FOUR_NUMBERS,
    ),
    Kind(
        "ip",
        re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])"),
        _ip6,
        re.compile(r"[0-9A-Fa-f]:[0-9A-Fa-f:]"),
    ),
    Kind(
        "mac",
        re.compile(r"(?<![\w:-])[0-9A-Fa-f]{2}(?P<by>[:-])(?:[0-9A-Fa-f]{2}(?P=by)){4}[0-9A-Fa-f]{2}(?![\w:-])"),
        None,
        re.compile(r"[0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-]"),
        loose=True,
    ),
)

IDS: Final = (
    _kind("id", r"(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\w-])"),
    _kind("id", r"(?<!\w)[A-Z]{6}\d\d[ABCDEHLMPRST]\d\d[A-Z]\d{3}[A-Z](?!\w)", near=_LETTERS, any_case=True),
    _kind(
        "id",
        r"(?<!\w)[12]\ ?\d\d\ ?(?:0[1-9]|1[0-2]|[2-9]\d)\ ?(?:\d\d|2[AB])\ ?\d{3}\ ?\d{3}\ ?\d\d(?!\w)",
        _value(check.french_nir),
    ),
    _kind(
        "id", r"(?<!\w)(?:\d{2}\.?\d{3}\.?\d{3}|[XYZ][\ -]?\d{7})[\ -]?[A-HJ-NP-TV-Z](?!\w)", _value(check.spanish_dni)
    ),
    _kind("id", r"(?<!\w)(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?:\ ?\d\d){3}\ ?[A-D](?!\w)"),
    _kind(
        "id",
        r"(?<![\dA-Za-z])[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?![\dA-Za-z])",
        _value(check.chinese_id),
    ),
    _kind("id", r"(?<![\w.])\d{3}\.\d{3}\.\d{3}-\d\d(?!\w)", _value(check.brazilian_cpf)),
    _kind("id", r"(?<![\w.])\d\d\.\d{3}\.\d{3}/\d{4}-\d\d(?!\w)"),
    _kind(
        "id",
        r"(?<![\w-])[2-9]\d{3}(?P<by>[\ -])\d{4}(?P=by)\d{4}(?![\w-]|\ \d)",
        lambda match: check.verhoeff(match[0]),
    ),
    _kind("id", r"(?<!\w)[A-Z]{3}[ABCFGHLJPT][A-Z]\d{4}[A-Z](?!\w)", near=_LETTERS),
    _kind(
        "id",
        r"(?<![\w-])(?:19|20)?\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])[-+]\d{4}(?![\w-])",
        lambda match: check.luhn(match[0][-11:]),
    ),
    _kind("id", r"(?<![\w.])756\.\d{4}\.\d{4}\.\d\d(?!\w)", _value(check.ean13)),
    _kind("id", r"(?<!\w)[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z0-9]\d(?!\w)"),
    _kind("id", r"(?<![\w-])\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])-[1-4]\d{6}(?![\w-])"),
    _kind("id", r"(?<![\w.])\d\d\.\d\d\.\d\d-\d{3}\.\d\d(?!\w)"),
    _kind(
        "id",
        r"(?<!\w)(?:[0-2]\d|3[01])(?:0[1-9]|1[0-2])\d\d[-+A]\d{3}[0-9A-FHJ-NPR-Y](?!\w)",
        _value(check.finnish_hetu),
    ),
    _kind("id", r"(?i:pesel)\W{0,3}(?P<value>\d{11})(?!\d)", _value(check.polish_pesel), words="pesel"),
    _kind(
        "id",
        rf"""(?<![A-Za-z])(?i:passport|passaporto|passeport|reisepass|pasaporte|passaporte|paspoort
            |driv(?:er'?s?|ing)\ licen[cs]e|patente|führerschein|permis\ de\ conduire
            |(?:id|identity|identification)(?:\ card)?\ (?:number|no\.?)|(?:personal)?ausweis|cart[ae]\ d'identit[àé]
            |ssn|social\ (?:security|insurance)|tax(?:payer)?\ id|tax\ file|tfn|sin|steuer-?id
            |steueridentifikationsnummer
            |national\ insurance
            |nhs|medicare|bsn|burgerservicenummer|my\ number|nif|codice\ fiscale|patient\ id|mrn|medical\ record
            |护照|身份证|驾照|驾驶证|社保)
            (?:[\ -]?(?i:number|no|nr|num|nummer|n[°º]|号码?|card|id))?\.?{_SAYS}
            (?P<value>[A-Z0-9](?:[\ -]?[A-Z0-9]){{4,18}})(?![a-z0-9])""",
        _number,
        near=_TWO_DIGITS,
        words="pass,licen,patente,führerschein,permis,id ,identi,ausweis,paspoort,ssn,social ,tax,tfn,sin,steuer,"
        "national insurance,nhs,medicare,bsn,burger,my number,nif,codice,mrn,medical,护照,身份证,驾,社保",
    ),
)

_MONTH: Final = r"[^\W\d_]{3,10}\.?"
_DATE: Final = rf"""(?:\d{{4}}[-/.年]\d{{1,2}}[-/.月]\d{{1,2}}日?|\d{{1,2}}[-/.]\s?\d{{1,2}}[-/.]\s?\d{{2,4}}
    |\d{{1,2}}(?:st|nd|rd|th|er|\.|º)?\s(?:de\s|of\s)?{_MONTH}(?:\sde|\sdel)?,?\s\d{{2,4}}
    |{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s\d{{4}})"""

BIRTH: Final = (
    _kind(
        "birth",
        rf"""(?<![a-zà-ÿ])(?:date\ of\ birth|birth[\ -]?da(?:te|y)|dob|d\.o\.b\.?
            |born(?:\ in\ [\w\ ]{{2,20}})?(?:\ on)?(?:\ the)?
            |née?(?:\(e\))?\ le|date\ de\ naissance|nat[oa](?:\ a\ \w{{2,20}})?\ il|data\ di\ nascita
            |geboren(?:\ am)?|geburtsdatum|geburtstag|geb\.(?:\ am)?|fecha\ de\ nacimiento|nac(?:ido|ida|í)\ el
            |data\ de\ nascimento
            |nascid[oa]\ em|geboortedatum|geboren\ op|出生日期|出生年月日?|生日|出生于|生于)
            {_SAYS}(?P<value>{_DATE})(?!\d)""",
        near=_TWO_DIGITS,
        words="birth,dob,d.o.b,born,né,naissance,nat,nascita,gebor,geburt,geb.,nac,nasc,geboorte,出生,生日,生于",
        any_case=True,
    ),
)

_NO_BEFORE: Final = r"(?<![\w.+\-/:=\#])"
_NO_AFTER: Final = r"(?![\w]|[.,\-/:]\d)"

PHONES: Final = (
    _kind(
        "phone",
        rf"""(?<![\w+])(?:\+|{_NO_BEFORE}00)[1-9]\d{{0,2}}
                (?:[\ .\-/]{{0,2}}\(0?\d{{1,4}}\))?(?:[\ .\-/]{{0,2}}\d){{6,12}}{_NO_AFTER}""",
        _phone,
    ),
    _kind(
        "phone",
        rf"""(?<![\w.+\-/:=\#])(?:1[\ .-])?(?:\([2-9]\d\d\)[\ .-]?|[2-9]\d\d[\ .-])
                [2-9]\d\d[\ .-]\d{{4}}{_NO_AFTER}""",
        _phone,
    ),
    _kind("phone", rf"{_NO_BEFORE}0[1-9](?:(?:[\ .-]\d\d){{4}}|(?<=0[67])\d{{8}}){_NO_AFTER}", _phone),
    _kind(
        "phone",
        rf"""{_NO_BEFORE}(?:\(0\d{{1,4}}\)[\ -]?\d{{3,4}}[\ -]?\d{{3,4}}
                |0(?:7\d{{3}}[\ -]?\d{{3}}[\ -]?\d{{3}}|4\d\d[\ -]?\d{{3}}[\ -]?\d{{3}}|20[\ -]\d{{4}}[\ -]?\d{{4}}
                |1\d{{2,3}}[\ -]\d{{3}}[\ -]?\d{{3,4}}|[38]\d\d[\ -]\d{{3}}[\ -]?\d{{4}}))(?:{_NO_AFTER})""",
        _phone,
    ),
    _kind(
        "phone",
        rf"""{_NO_BEFORE}(?:0\d{{1,4}}\ ?[/\ -]\ ?\d{{5,8}}|0\d{{1,3}}[\ -]\d{{3,4}}[\ -]\d{{3,5}}
                |0\d\d\ \d{{3}}\ \d\d\ \d\d
                |0\d{{1,4}}\ ?/\ ?\d{{2,4}}(?:\ \d{{2,3}}){{1,3}}|01[5-7]\d\ \d{{3}}(?:\ \d{{2,4}}){{1,2}}
                |0\d{{1,3}}-\d{{1,4}}-\d{{4}}){_NO_AFTER}""",
        _phone,
    ),
    _kind("phone", rf"{_NO_BEFORE}3[2-9]\d[\ .-]\d{{3}}[\ .-]?\d{{3,4}}{_NO_AFTER}", _phone),
    _kind("phone", rf"{_NO_BEFORE}[679]\d\d(?:[\ -]\d{{3}}[\ -]\d{{3}}|(?:[\ -]\d\d){{3}}){_NO_AFTER}", _spanish),
    _kind("phone", rf"{_NO_BEFORE}1[3-9]\d[\ -]?\d{{4}}[\ -]?\d{{4}}{_NO_AFTER}", _phone),
    _kind(
        "phone",
        rf"""{_NO_BEFORE}(?:\(\d\d\)\ ?9?\d{{4}}-?\d{{4}}|\d\d\ 9\d{{4}}-\d{{4}}
                |[6-9]\d{{4}}[\ -]\d{{5}}){_NO_AFTER}""",
        _phone,
    ),
    _kind(
        "phone",
        rf"""(?<![a-zà-ÿ])(?:tel(?:e(?:phone|fono|fon|foon))?\.?|tél(?:éphone)?\.?|teléfono|phone|mobile?|móvil
                |cell(?:ulare|phone)?|handy
                |portable|whatsapp|fax|(?:call|text|ring|reach)\ (?:me|us|him|her|them)(?:\ back)?
                |rufen\ sie\ mich|chiamami|appelez-moi|llámame
                |电话|手机|联系方式|電話)(?:[\ -]?(?:number|no|nr|nummer|num(?:ero|éro)?|número|n[°º]|号码?))?\.?
                {_SAYS}(?:(?:al|au|unter|en|el)\ )?(?P<value>[+(]{{0,2}}\d(?:[\ .()/-]{{0,2}}\d){{6,14}})(?!\w)""",
        _phone,
        words="tel,tél,phone,mobil,móvil,cell,handy,portable,whatsapp,fax,call,text,ring,reach,rufen,chiama,appelez,"
        "llám,电话,手机,联系方式,電話",
        any_case=True,
    ),
)
