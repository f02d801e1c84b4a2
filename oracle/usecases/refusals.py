"""What a contract's refusal means to whoever asked, and what to do: one plain sentence for each."""

from collections.abc import Mapping

REMEDIES: Mapping[str, str] = {
    "CommunityRegistry_NotAdministrator": (
        "only the administrator may: have its wallet send what --print shows"
    ),
    "CommunityRegistry_NotGovernor": "only a resolution may: `condivisa govern resolve`",
    "CommunityRegistry_NotGuardian": "only the guardian may: have its wallet send what --print shows",
    "CommunityRegistry_NotOffered": ("administration was not offered to that account: have it offered first"),
    "CommunityRegistry_MayNotAnchor": (
        "the account may not anchor: the administrator lets it with `condivisa govern anchor allow`"
    ),
    "CommunityRegistry_InvalidRole": "an office cannot be nobody's: name an account",
    "CommunityRegistry_InvalidVault": (
        "the address is no vault of this ledger and community: deploy one for them first"
    ),
    "CommunityRegistry_UnknownReporter": (
        "the address reports for nobody here: `condivisa govern status` names the reporters"
    ),
    "CommunityVault_NotGovernor": "only a resolution may: `condivisa govern resolve`",
    "CommunityVault_NotGuardian": "only the guardian may: have its wallet send what --print shows",
    "CommunityVault_NotTreasurer": "only the treasurer may: have its wallet send what --print shows",
    "CommunityVault_NotOwner": (
        "only the payout's owner may decide over it, and one without an owner goes nowhere else"
    ),
    "CommunityVault_CarryInUse": (
        "the community's present vault needs its carry for the next distribution: bind a successor "
        "first, with `condivisa govern resolve successor-vault`"
    ),
    "CommunityVault_FundTooSmall": (
        "there is not that much in it: resolve a smaller sum, or wait for revenue"
    ),
    "CommunityVault_AlreadyPaid": "it was paid, moved, redirected or swept before: nothing is left to do",
    "CommunityVault_AlreadyReserved": (
        "it is reserved for a payment by bank: the treasurer releases it first, with `condivisa pay release`"
    ),
    "CommunityVault_NotReserved": (
        "it is not reserved for a payment by bank: `condivisa pay reserve` does it"
    ),
    "CommunityVault_NotABankLeaf": "it is paid to a wallet: `condivisa govern claim` pays it",
    "CommunityVault_NotYetValid": "it cannot be paid yet: `condivisa govern status` says from when on",
    "CommunityVault_AlreadyValid": "the time for that is over: it can be paid",
    "CommunityVault_Cancelled": (
        "it was cancelled, or its former owner refused the redirection: nothing of it is paid"
    ),
    "CommunityVault_NotRedirected": (
        "no redirection of that payout opened that number, or it was refused before: see `condivisa"
        " govern status` for what there is"
    ),
    "CommunityVault_UnknownDistribution": (
        "the vault has no such number: see `condivisa govern status` for what there is"
    ),
    "CommunityVault_OtherRoot": ("the receipt is of another leaf or another vault: take the latest receipt"),
    "CommunityVault_NeverPayable": (
        "the new payee could never be paid: a vault without a token pays by bank alone"
    ),
}


def plainly(reason: str) -> str:
    """The reason, followed by what it means and what to do where that is known."""
    for name, remedy in REMEDIES.items():
        if f"{name}(" in reason:
            return f"{reason}: {remedy}"
    return reason
