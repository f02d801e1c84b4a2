"""Who a token says that you are."""

from typing import Self

from pydantic import Field

from api.schemas.wire import Id, Response
from community.domain.records import Principal


class AskerOut(Response):
    """The bearer of the token: what a console shows and decides its menus by."""

    token_id: Id
    label: str
    role: str
    community_id: Id | None = Field(description="Null for a token that reaches all communities")
    member_id: Id | None
    member: str | None = Field(description="The member's code")

    @classmethod
    def of(cls, asker: Principal) -> Self:
        """The principal as it is sent."""
        return cls(
            token_id=asker.token_id,
            label=asker.label,
            role=asker.role,
            community_id=asker.community_id,
            member_id=asker.member_id,
            member=asker.member,
        )
