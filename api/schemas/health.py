"""What the open addresses answer."""

from typing import Literal

from pydantic import Field

from api.schemas.wire import Response


class Alive(Response):
    """The process answers."""

    status: Literal["alive"]


class Ready(Response):
    """The service can answer questions."""

    status: Literal["ready"]
    version: str = Field(description="Version of the service", examples=["0.1.0"])


class PageHash(Response):
    """The hash of the verification page that is served here."""

    file: str = Field(examples=["verify.html"])
    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="Lower-case hexadecimal")
