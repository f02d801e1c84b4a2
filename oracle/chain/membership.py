"""A member's proof of membership as a file, parsed strictly before it is used."""

from oracle.chain.json_fields import UINT32_MAX, Fields, document, octets
from oracle.usecases.roster import MEMBERSHIP_KIND, Membership

CHAIN_ID_MAX = 2**53 - 1  # what every JSON reader holds exactly


def parse_membership(text: str) -> Membership:
    """A proof of membership. Raises ReceiptUnreadable."""
    fields = Fields(document(text, MEMBERSHIP_KIND))
    return Membership(
        chain_id=fields.integer("chain_id", CHAIN_ID_MAX),
        ledger=fields.octets("ledger", 20),
        community=fields.octets("community", 32),
        address=fields.octets("address", 20),
        salt=fields.octets("salt", 32),
        position=fields.integer("position", UINT32_MAX),
        proof=tuple(octets("proof", item, 32) for item in fields.items("proof")),
    )
