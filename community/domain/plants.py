"""Plants between the engine's whole numbers and the register's exact decimals."""

from decimal import Decimal

from community.domain.records import PlantRecord
from settlement.domain.case import MICRO, Plant


def engine_plant(row: PlantRecord) -> Plant:
    """The plant as the engine knows it: milliwatt and millionths of a percentage point, exact."""
    return Plant(
        row.code,
        row.pod,
        row.source,
        int(row.power_kw * MICRO),
        row.entry_into_operation,
        row.region,
        int(row.grant_pct * MICRO),
        row.stop_days,
        row.requested_on,
    )


def plant_record(plant: Plant, member_code: str | None) -> PlantRecord:
    """The engine's plant as it is stored."""
    return PlantRecord(
        code=plant.id,
        pod=plant.pod,
        source=plant.source,
        power_kw=Decimal(plant.power_milliwatt) / MICRO,
        entry_into_operation=plant.entry_into_operation,
        region=plant.region,
        grant_pct=Decimal(plant.grant_micro_pct) / MICRO,
        stop_days=plant.stop_days,
        requested_on=plant.requested_on,
        member=member_code,
    )
