"""
takeDonation
├── given nothing beyond what is held, or no token
│   └── it should revert
└── otherwise
    └── it should add what is beyond to the social fund, whoever calls, and report it

rescueToken
├── given the vault's own token, or another caller than the governor
│   └── it should revert
└── otherwise
    └── it should send on what arrived of a foreign token
"""

from tests.contracts.expect import reverts
from tests.contracts.leaves import EURO, MIXED
from tools.testchain.community import Community, Founder


def test_donation__nothing_beyond_what_is_held__reverts(community: Community) -> None:
    community.credit(EURO)
    with reverts("CommunityVault_NoDonation"):
        community.vault.send("takeDonation")


def test_donation__bookkeeping_euro__reverts(found: Founder) -> None:
    community = found(token=None)
    community.credit(EURO)
    with reverts("CommunityVault_NoDonation"):
        community.vault.send("takeDonation")


def test_donation__tokens_sent_here__join_the_social_fund(community: Community) -> None:
    payouts = community.distribute(MIXED)
    assert community.token is not None
    social, *others, held = community.vault.call("funds")
    community.token.send("mint", community.vault.address, 5 * EURO)
    taken = community.vault.send("takeDonation", sender=community.chain.accounts[9])
    assert taken.only("DonationTaken") == {"amount": 5 * EURO}
    assert community.vault.call("funds") == (social + 5 * EURO, *others, held + 5 * EURO)
    with reverts("CommunityVault_NoDonation"):
        community.vault.send("takeDonation")
    community.push(payouts)
    assert community.vault.call("funds")[3] == community.balance(community.vault.address)


def test_rescue__own_token__reverts(community: Community) -> None:
    assert community.token is not None
    arguments = (community.token.address, community.guardian, 1)
    with reverts("CommunityVault_OwnToken", community.token.address):
        community.govern(community.vault, "rescueToken", *arguments)


def test_rescue__foreign_token__is_sent_on(community: Community) -> None:
    foreign, recipient = community.chain.deploy("TestEuro"), community.chain.accounts[6]
    foreign.send("mint", community.vault.address, 7)
    event = community.govern(community.vault, "rescueToken", foreign.address, recipient, 7)
    assert event.only("TokenRescued") == {
        "token": foreign.address.lower(),
        "recipient": recipient.lower(),
        "amount": 7,
    }
    assert foreign.call("balanceOf", recipient) == 7
