"""What an import of readings or prices did."""

from typing import Self

from pydantic import Field

from api.schemas.wire import Count, Response
from settlement.usecases.import_readings import Counts, Imported


class CountsOut(Response):
    """Days by what became of them."""

    new: Count = Field(description="Never seen before")
    unchanged: Count = Field(description="Said before with the same values")
    corrected: Count = Field(
        description="Said differently before: a new version was added, nothing overwritten"
    )

    @classmethod
    def of(cls, counts: Counts) -> Self:
        """The counts as they are sent."""
        return cls(new=counts.new, unchanged=counts.unchanged, corrected=counts.corrected)


class ImportOut(Response):
    """Days of one POD and direction (readings) and days of one zone (prices)."""

    readings: CountsOut
    prices: CountsOut

    @classmethod
    def of(cls, imported: Imported) -> Self:
        """The counts as they are sent."""
        return cls(readings=CountsOut.of(imported.readings), prices=CountsOut.of(imported.prices))
