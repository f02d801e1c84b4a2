"""IBAN: form and check digits (ISO 13616, mod 97), and the structure of Italian ones."""

import re

IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.ASCII)
ITALIAN_IBAN = re.compile(r"(IT|SM)[0-9]{2}[A-Z][0-9]{10}[A-Z0-9]{12}", re.ASCII)
BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?", re.ASCII)


def iban_is_valid(iban: str) -> bool:
    """Form, Italian structure for IT and SM, and the mod-97 check of ISO 13616; no blanks."""
    if not IBAN.fullmatch(iban) or (iban[:2] in ("IT", "SM") and not ITALIAN_IBAN.fullmatch(iban)):
        return False
    return _mod_97(iban) == 1


def bic_is_valid(bic: str) -> bool:
    """Form alone (ISO 9362): 8 or 11 characters."""
    return BIC.fullmatch(bic) is not None


def complete_iban(country: str, account: str) -> str:
    """An IBAN whose check digits fit, from a country and the account behind the check digits."""
    return f"{country}{98 - _mod_97(f'{country}00{account}'):02d}{account}"


def _mod_97(iban: str) -> int:
    """The IBAN, first four characters moved to the end and letters counted from 10, modulo 97."""
    return int("".join(str(int(mark, 36)) for mark in iban[4:] + iban[:4])) % 97
