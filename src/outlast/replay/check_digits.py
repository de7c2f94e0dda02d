"""Check digits of numbers that people are known by.

It knows the arithmetic of published schemes. It does not know where a number was found.
"""

import re
from typing import Final

_DNI: Final = "TRWAGMYFPDXBNJZSQVHLCKE"
_FINNISH: Final = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_CHINESE_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_PESEL_WEIGHTS: Final = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)
_VERHOEFF_PRODUCT: Final = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 3, 4, 0, 6, 7, 8, 9, 5), (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7), (4, 0, 1, 2, 3, 9, 5, 6, 7, 8), (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2), (7, 6, 5, 9, 8, 2, 1, 0, 4, 3), (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)  # fmt: skip
"""Multiplication in the dihedral group of the pentagon."""
_VERHOEFF_STEP: Final = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def digits_of(text: str) -> list[int]:
    """The ASCII digits in a text."""
    return [ord(sign) - 48 for sign in text if "0" <= sign <= "9"]


def luhn(text: str) -> bool:
    """ISO/IEC 7812: cards, Swedish and Canadian numbers."""
    found = digits_of(text)
    doubled = (sum(divmod(2 * digit, 10)) for digit in found[-2::-2])
    return len(set(found)) > 1 and (sum(found[-1::-2]) + sum(doubled)) % 10 == 0


def iban(text: str) -> bool:
    """ISO 13616: the rest by 97 is 1."""
    squeezed = re.sub(r"[^0-9A-Za-z]", "", text).upper()
    return int("".join(str(int(sign, 36)) for sign in squeezed[4:] + squeezed[:4])) % 97 == 1


def french_nir(text: str) -> bool:
    """France's social security number: 13 signs and their complement by 97; 2A and 2B are Corsica."""
    squeezed = re.sub(r"\s", "", text).upper()
    number = squeezed[:13].replace("2A", "19").replace("2B", "18")
    return number.isdecimal() and 97 - int(number) % 97 == int(squeezed[13:])


def spanish_dni(text: str) -> bool:
    """Spain's DNI and NIE: a letter by the rest of 23."""
    squeezed = re.sub(r"[\s.-]", "", text).upper()
    number = squeezed[:-1].translate(str.maketrans("XYZ", "012"))
    return number.isdecimal() and _DNI[int(number) % 23] == squeezed[-1]


def chinese_id(text: str) -> bool:
    """GB 11643: weights modulo 11."""
    total = sum(weight * int(sign) for weight, sign in zip(_CHINESE_WEIGHTS, text, strict=False))
    return "10X98765432"[total % 11] == text[-1].upper()


def brazilian_cpf(text: str) -> bool:
    """Brazil's CPF: two digits modulo 11."""
    found = digits_of(text)
    for place in (9, 10):
        rest = 10 * sum(digit * weight for digit, weight in zip(found, range(place + 1, 1, -1), strict=False)) % 11
        if rest % 10 != found[place]:
            return False
    return len(set(found)) > 1


def verhoeff(text: str) -> bool:
    """India's Aadhaar."""
    checked = 0
    for place, digit in enumerate(reversed(digits_of(text))):
        turned = digit
        for _ in range(place % 8):
            turned = _VERHOEFF_STEP[turned]
        checked = _VERHOEFF_PRODUCT[checked][turned]
    return checked == 0


def ean13(text: str) -> bool:
    """Switzerland's AHV number, checked as goods are."""
    found = digits_of(text)
    return (sum(found[::2]) + 3 * sum(found[1::2])) % 10 == 0


def polish_pesel(text: str) -> bool:
    """Poland's PESEL."""
    found = digits_of(text)
    return (sum(a * b for a, b in zip(found, _PESEL_WEIGHTS, strict=False)) + found[-1]) % 10 == 0


def finnish_hetu(text: str) -> bool:
    """Finland's personal identity code: the rest by 31."""
    return _FINNISH[int(text[:6] + text[7:10]) % 31] == text[-1].upper()
