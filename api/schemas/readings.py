"""What an import of readings or prices did."""

from typing import Self

from pydantic import Field

from api.schemas.quality import QualityFindingOut
from api.schemas.wire import Count, Response
from settlement.usecases.admit_readings import Admitted
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
    held: Count = Field(description="POD-days of this file that did not enter: held, or rejected before")
    quality: list[QualityFindingOut] = Field(description="What the checks found, the gravest first")

    @classmethod
    def of(cls, imported: Imported, admitted: Admitted | None = None) -> Self:
        """The counts as they are sent; prices are not checked."""
        return cls(
            readings=CountsOut.of(imported.readings),
            prices=CountsOut.of(imported.prices),
            held=0 if admitted is None else len(admitted.held) + admitted.known,
            quality=[] if admitted is None else [QualityFindingOut.of(row) for row in admitted.findings],
        )
