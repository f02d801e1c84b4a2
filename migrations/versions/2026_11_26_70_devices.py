"""Devices with their keys, the messages of meters and the days collected from them, and telemetry."""

from alembic import op

revision = "2026_11_26_70"
down_revision = "2026_11_26_51"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in (DEVICES, KEYS, MESSAGES, DAYS, TELEMETRY):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE telemetry, meter_days, meter_messages, device_keys, devices")


DEVICES = """
CREATE TABLE devices (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES energy_communities (id),
    code varchar(64) NOT NULL CHECK (code ~ '^[A-Za-z0-9_-]+$'),
    kind varchar(10) NOT NULL CHECK (kind IN ('meter', 'inverter', 'battery')),
    pod varchar(15) NOT NULL,
    plant varchar(100),
    interval_s integer NOT NULL CHECK (interval_s BETWEEN 1 AND 604800),
    resolution_minutes integer NOT NULL CHECK (resolution_minutes IN (15, 60)),
    limit_w bigint CHECK (limit_w >= 0),
    registered_at timestamptz NOT NULL,
    revoked_at timestamptz,
    last_seen_at timestamptz,
    UNIQUE (community_id, code)
);
-- Two meters that speak for one POD would contradict each other.
CREATE UNIQUE INDEX uq_devices_meter ON devices (community_id, pod)
    WHERE kind = 'meter' AND revoked_at IS NULL;
"""

KEYS = """
CREATE TABLE device_keys (
    id uuid PRIMARY KEY,
    device_id uuid NOT NULL REFERENCES devices (id),
    public_key bytea NOT NULL UNIQUE CHECK (octet_length(public_key) = 32),
    valid_from timestamptz NOT NULL,
    valid_to timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (valid_to IS NULL OR valid_to >= valid_from)
);
CREATE INDEX idx_device_keys_device ON device_keys (device_id);
"""

MESSAGES = """
CREATE TABLE meter_messages (
    id uuid PRIMARY KEY,
    device_id uuid NOT NULL REFERENCES devices (id),
    message varchar(100) NOT NULL,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    body jsonb NOT NULL,
    channel varchar(10) NOT NULL CHECK (channel IN ('http', 'mqtt')),
    sent_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (device_id, message)
);
CREATE TRIGGER meter_messages_append_only BEFORE UPDATE OR DELETE ON meter_messages
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

DAYS = """
CREATE TABLE meter_days (
    community_id uuid NOT NULL REFERENCES energy_communities (id),
    pod varchar(15) NOT NULL,
    direction varchar(10) NOT NULL CHECK (direction IN ('injected', 'withdrawn')),
    day date NOT NULL,
    resolution_minutes integer NOT NULL CHECK (resolution_minutes IN (15, 60)),
    wh integer[] NOT NULL,
    estimated boolean[] NOT NULL,
    -- Which message each value is from: microseconds since 1970, and a number of its digest.
    sent bigint[] NOT NULL,
    rank bigint[] NOT NULL,
    PRIMARY KEY (community_id, pod, direction, day, resolution_minutes),
    CONSTRAINT meter_days_have_one_of_each CHECK (
        cardinality(wh) = cardinality(estimated) AND cardinality(wh) = cardinality(sent)
        AND cardinality(wh) = cardinality(rank)
        AND cardinality(wh) * resolution_minutes IN (1380, 1440, 1500)
    )
);
"""

TELEMETRY = """
CREATE TABLE telemetry (
    device_id uuid NOT NULL REFERENCES devices (id),
    metric varchar(30) NOT NULL,
    at timestamptz NOT NULL,
    value_milli bigint NOT NULL,
    channel varchar(10) NOT NULL CHECK (channel IN ('http', 'mqtt')),
    received_at timestamptz NOT NULL,
    PRIMARY KEY (device_id, metric, at)
);
CREATE INDEX idx_telemetry_at ON telemetry (at);
"""
