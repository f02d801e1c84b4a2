"""Members and their points of delivery on the wire."""

from dataclasses import replace
from itertools import pairwise
from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from api.schemas.geometry import Point
from api.schemas.wire import Day, Id, Instant, Page, PodCode, Request, Response, Text, rome
from community.domain.records import MemberRecord, MemberStatus, MemberType, NewMember, PodRecord
from oracle.sources.payees import checksum_address
from settlement.domain.case import MemberCategory
from settlement.domain.iban import iban_is_valid
from settlement.domain.payees import HOLDER_MAX_CHARACTERS, Payee
from settlement.domain.payout_states import Channel

PODS_MAX = 1_000


def _iban(text: str) -> str:
    if not iban_is_valid(text):
        raise ValueError("is not an IBAN, or its check digits are wrong")
    return text


def _address(text: str) -> str:
    octets = bytes.fromhex(text[2:])
    if not any(octets):
        raise ValueError("the zero address belongs to nobody")
    if text not in (checksum_address(octets), "0x" + octets.hex()):
        raise ValueError("its checksum (EIP-55) is wrong")
    return text


Iban = Annotated[
    str,
    Field(max_length=34, description="IBAN without blanks", examples=["IT60X0542811101000000123456"]),
    AfterValidator(_iban),
]
Address = Annotated[
    str,
    Field(
        pattern="^0x[0-9a-fA-F]{40}$",
        description="Wallet address, with EIP-55 checksum or in lower case",
        examples=["0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"],
    ),
    AfterValidator(_address),
]
AccountHolder = Annotated[
    Text,
    Field(
        max_length=HOLDER_MAX_CHARACTERS,
        description="Name of the account's holder, which banks compare with the IBAN",
        examples=["Ada Rossi"],
    ),
]
Code = Annotated[
    Text,
    Field(max_length=100, description="Pseudonym inside the community, as in case files", examples=["M07"]),
]


class PodIn(Request):
    """A point of delivery, counted from the day on which it is in the configuration at GSE."""

    pod: PodCode
    configuration: Annotated[
        str,
        Field(
            max_length=100,
            pattern=r"^[^\x00-\x1f\x7f]*$",
            description="Code of the configuration; empty in a community that lists none",
            examples=["CP1"],
        ),
    ]
    valid_from: Day
    valid_to: Day | None = Field(default=None, description="First day on which it no longer counts")
    smart_meter_id: Annotated[Text, Field(max_length=100)] | None = None
    storage: bool = Field(
        default=False,
        strict=True,
        description="A storage that stands alone; storage_policy says what its withdrawals count as",
    )

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ValueError("valid_to comes after valid_from")
        return self

    @property
    def record(self) -> PodRecord:
        """The POD as it is stored."""
        return PodRecord(
            self.pod, self.configuration, self.valid_from, self.valid_to, self.smart_meter_id, self.storage
        )


class PodOut(Response):
    """A point of delivery and when it counts."""

    pod: PodCode
    configuration: str
    valid_from: Day
    valid_to: Day | None
    smart_meter_id: str | None
    storage: bool


class MemberUpdate(Request):
    """The wanted state of a member. PODs may be added and ended; those not named stay as they are."""

    legal_category: MemberCategory
    enterprise: bool = Field(default=False, strict=True, description="Bound by the excess threshold")
    member_type: MemberType
    status: MemberStatus = MemberStatus.ACTIVE
    joined_on: Day | None = None
    left_on: Day | None = None
    payout_channel: Channel = Field(
        default=Channel.BANK,
        description="wallet or bank. A wallet payout is public and cannot be erased; a bank payout shows a "
        "salted hash of the IBAN",
    )
    wallet_address: Address | None = None
    iban: Iban | None = None
    account_holder: AccountHolder | None = None
    publication_consent: bool = Field(
        default=False,
        strict=True,
        description="Agrees to the publication of hour totals behind which fewer than five persons stand",
    )
    location: Point | None = None
    pods: Annotated[list[PodIn], Field(max_length=PODS_MAX)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.payout_channel is Channel.SOCIAL:
            raise ValueError("payout_channel is wallet or bank")
        if self.payout_channel is Channel.WALLET and self.wallet_address is None:
            raise ValueError("the wallet channel needs a wallet_address")
        if self.joined_on is not None and self.left_on is not None and self.left_on <= self.joined_on:
            raise ValueError("left_on comes after joined_on")
        if _overlap(self.pods):
            raise ValueError("a POD is named twice for the same time")
        return self

    def wanted(self, code: str, before: NewMember | None = None) -> NewMember:
        """The member as a use case takes it; what the wire does not show stays as it was before."""
        kept = before or NewMember(code, self.legal_category)
        address = self.wallet_address
        octets = None if address is None else bytes.fromhex(address[2:])
        return replace(
            kept,
            category=self.legal_category,
            enterprise=self.enterprise,
            member_type=self.member_type,
            status=self.status,
            joined_on=self.joined_on,
            left_on=self.left_on,
            payee=Payee(
                code,
                self.payout_channel,
                octets,
                self.iban,
                self.publication_consent,
                self.account_holder,
            ),
            location=None if self.location is None else self.location.model_dump(mode="json"),
            pods=tuple(pod.record for pod in self.pods),
        )


class MemberCreate(MemberUpdate):
    """A new member; its code never changes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "M07",
                    "legal_category": "NATURAL_PERSON",
                    "member_type": "consumer",
                    "iban": "IT60X0542811101000000123456",
                    "pods": [{"pod": "IT001E00000007", "configuration": "CP1", "valid_from": "2024-07-01"}],
                }
            ]
        }
    )

    code: Code


class PersonalOut(Response):
    """What only the member itself and the administrators see."""

    wallet_address: str | None
    iban: str | None
    account_holder: str | None
    location: Point | None


class MemberOut(Response):
    """A member; `personal` is null for auditors."""

    id: Id
    code: str
    legal_category: str
    enterprise: bool
    member_type: str
    status: str
    joined_on: Day | None
    left_on: Day | None
    payout_channel: str
    publication_consent: bool
    personal: PersonalOut | None
    pods: list[PodOut]
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, record: MemberRecord, *, with_names: bool) -> Self:
        """The member as it is sent; `with_names` adds what is personal."""
        member = record.member
        payee = member.payee or Payee(member.code)
        return cls(
            id=record.id,
            code=member.code,
            legal_category=member.category,
            enterprise=member.enterprise,
            member_type=member.member_type,
            status=member.status,
            joined_on=member.joined_on,
            left_on=member.left_on,
            payout_channel=payee.channel,
            publication_consent=payee.consent,
            personal=_personal(member, payee) if with_names else None,
            pods=[
                PodOut(
                    pod=pod.pod,
                    configuration=pod.configuration,
                    valid_from=pod.valid_from,
                    valid_to=pod.valid_to,
                    smart_meter_id=pod.smart_meter_id if with_names else None,
                    storage=pod.storage,
                )
                for pod in member.pods
            ],
            created_at=rome(record.created_at),
            updated_at=rome(record.updated_at),
        )


class MemberPage(Page):
    """Members, by code; a member finds itself alone."""

    members: list[MemberOut]


def _personal(member: NewMember, payee: Payee) -> PersonalOut:
    address = payee.wallet_address
    return PersonalOut(
        wallet_address=None if address is None else checksum_address(address),
        iban=payee.iban,
        account_holder=payee.account_holder,
        location=None if member.location is None else Point.model_validate(member.location),
    )


def _overlap(pods: list[PodIn]) -> bool:
    """Whether two rows of one POD share a day."""
    rows = sorted(pods, key=lambda row: (row.pod, row.valid_from))
    return any(
        one.pod == other.pod and (one.valid_to is None or other.valid_from < one.valid_to)
        for one, other in pairwise(rows)
    )
