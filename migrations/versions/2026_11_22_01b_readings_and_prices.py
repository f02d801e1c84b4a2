"""What was measured: readings as bitemporal day vectors by month, prices likewise, both append-only."""

from alembic import op

revision = "2026_11_22_01b"
down_revision = "2026_11_22_01a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(REFUSE_CHANGE)
    op.execute(READINGS)
    op.execute(PRICES)
    for table in ("meter_readings", "market_prices"):
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.execute("DROP TABLE meter_readings, market_prices")
    op.execute("DROP FUNCTION refuse_change")


REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$
"""

# One row is one civil day of one POD and direction as it was known from received_at on. The store adds the
# partitions (meter_readings_YYYY_MM) when the first reading of a month arrives.
READINGS = """
CREATE TABLE meter_readings (
    community_id uuid NOT NULL,  -- no foreign key: checked once per import instead of once per row
    pod varchar(15) NOT NULL,
    direction varchar(9) NOT NULL CHECK (direction IN ('injected', 'withdrawn')),
    day date NOT NULL,
    received_at timestamptz NOT NULL,
    resolution_minutes smallint NOT NULL CHECK (resolution_minutes IN (15, 60)),
    wh integer[] NOT NULL,
    estimated bytea,
    PRIMARY KEY (community_id, pod, direction, day, received_at),
    CONSTRAINT meter_readings_a_day_has_its_hours CHECK (
        cardinality(wh) * resolution_minutes IN (23 * 60, 24 * 60, 25 * 60)
    ),
    CONSTRAINT meter_readings_estimated_is_a_bitmap CHECK (
        octet_length(estimated) = (cardinality(wh) + 7) / 8
    )
) PARTITION BY RANGE (day)
"""

PRICES = """
CREATE TABLE market_prices (
    zone varchar(4) NOT NULL CHECK (zone IN ('NORD', 'CNOR', 'CSUD', 'SUD', 'CALA', 'SICI', 'SARD')),
    day date NOT NULL,
    received_at timestamptz NOT NULL,
    -- One price per quarter-hour in micro-euro per MWh; an hourly price stands four times.
    quarter_micro_eur_per_mwh bigint[] NOT NULL
        CHECK (cardinality(quarter_micro_eur_per_mwh) IN (92, 96, 100)),
    PRIMARY KEY (zone, day, received_at)
)
"""
