"""The synthetic community as a case folder: community, readings, prices, payees and a page that says so."""

from pathlib import Path

from oracle.attest.keccak import keccak256
from oracle.attest.payout_tree import ADDRESS_BYTES
from oracle.sources.folder import write_folder
from oracle.sources.payees import FILE_NAME, payees_csv
from settlement.casefile import write_case
from settlement.domain.case import Community, Member, MemberCategory
from settlement.domain.iban import complete_iban
from settlement.domain.payees import Payee
from settlement.domain.payout_states import Channel

README = """\
# Comunità di esempio (dati sintetici)

Everything in this folder is invented: members, PODs, plants, readings, prices, wallets and bank accounts.
It was computed by `condivisa case example`, which gives the same bytes on every machine.

- `community.toml`: 40 members under one primary substation in Piemonte (zone NORD), June 2024, rules in
  force (`cacer-2024`). A municipality and a cooperative own the two large plants, seven households have a
  rooftop plant; one of these starts on 10 June, and one household joins on 12 June.
- `readings.csv`: net injection and withdrawal in Wh; some meters report quarter-hours, most report hours.
  Sun and plants come from pvlib under an invented sky; loads from habits and opening hours.
- `prices.csv`: hourly prices of an invented June. They are no market data.
- `payees.csv`: wallets whose addresses are hashes of public words (nobody has a key), IBANs of a bank
  that does not exist (ABI 99999), and consents.

Settle it: `condivisa settle FOLDER`.
"""
WALLET_WORDS = "condivisa/synthetic/wallet/"
BANK_ACCOUNT = "X9999999999{:012d}"
WALLET_MEMBERS = frozenset(
    {"alimentari", "panetteria", "bar", "farmacia", "pro-loco", "croce-verde"}
    | {f"famiglia-{number:02d}" for number in range(2, 27, 2)}
)
WITHOUT_CONSENT = frozenset({"famiglia-07", "famiglia-11", "famiglia-19", "famiglia-22"})


def write_example(folder: Path, replace: bool = False) -> None:
    """Write the folder whole or not at all. Raises FolderNotEmpty unless `replace`."""
    # Imported here: pvlib takes two seconds to load, which no other command should wait for.
    from planning.example import example_case

    def fill(fresh: Path) -> None:
        case = example_case()
        write_case(case, fresh)
        (fresh / FILE_NAME).write_text(
            payees_csv(example_payees(case.community)), encoding="utf-8", newline="\n"
        )
        (fresh / "README.md").write_text(README, encoding="utf-8", newline="\n")

    write_folder(folder, fill, replace)


def example_payees(community: Community) -> tuple[Payee, ...]:
    """About half wallets, half bank accounts, in the order of the members; all fictitious."""
    return tuple(_payee(position, member) for position, member in enumerate(community.members, start=1))


def _payee(position: int, member: Member) -> Payee:
    person = member.category is MemberCategory.NATURAL_PERSON
    consent = person and member.id not in WITHOUT_CONSENT
    if member.id in WALLET_MEMBERS:
        address = keccak256(f"{WALLET_WORDS}{member.id}".encode())[-ADDRESS_BYTES:]
        return Payee(member.id, Channel.WALLET, wallet_address=address, consent=consent)
    iban = complete_iban("IT", BANK_ACCOUNT.format(position))
    return Payee(member.id, Channel.BANK, iban=iban, consent=consent)
