"""Days of readings that are held until somebody decides, and the methods of estimates."""

from alembic import op

revision = "2026_11_26_10"
down_revision = "2026_11_25_90"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(QUARANTINE)
    op.execute(ESTIMATES)


def downgrade() -> None:
    op.execute("DROP TABLE reading_estimates, quarantined_readings")
    op.execute("DROP FUNCTION refuse_second_decision")


QUARANTINE = """
CREATE TABLE quarantined_readings (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES energy_communities (id),
    pod varchar(15) NOT NULL,
    direction varchar(9) NOT NULL CHECK (direction IN ('injected', 'withdrawn')),
    day date NOT NULL,
    resolution_minutes smallint NOT NULL CHECK (resolution_minutes IN (15, 60)),
    -- An interval that is absent is NULL: missing is not zero.
    wh integer[] NOT NULL,
    estimated bytea NOT NULL,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    received_at timestamptz NOT NULL,
    source varchar(200) NOT NULL,
    findings jsonb NOT NULL,
    state varchar(10) NOT NULL CHECK (state IN ('held', 'released', 'rejected')),
    decided_by varchar(100) CHECK (decided_by <> ''),
    reason varchar(500) CHECK (reason <> ''),
    decided_at timestamptz,
    CONSTRAINT uq_quarantined_readings_arrival UNIQUE (community_id, pod, direction, day, digest),
    CONSTRAINT quarantined_readings_decisions_have_author_and_reason CHECK (
        (state = 'held') = (decided_by IS NULL) AND (state = 'held') = (reason IS NULL)
        AND (state = 'held') = (decided_at IS NULL)
    )
);
CREATE INDEX idx_quarantined_readings_state ON quarantined_readings (community_id, state, day);

CREATE FUNCTION refuse_second_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'held' OR NEW.state = 'held' THEN
        RAISE EXCEPTION 'held readings %: the decision is taken and stays', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.id, NEW.community_id, NEW.pod, NEW.direction, NEW.day, NEW.resolution_minutes, NEW.wh,
            NEW.estimated, NEW.digest, NEW.received_at, NEW.source, NEW.findings)
        IS DISTINCT FROM (OLD.id, OLD.community_id, OLD.pod, OLD.direction, OLD.day, OLD.resolution_minutes,
            OLD.wh, OLD.estimated, OLD.digest, OLD.received_at, OLD.source, OLD.findings) THEN
        RAISE EXCEPTION 'held readings %: what arrived stays as it arrived', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quarantined_readings_decided_once BEFORE UPDATE ON quarantined_readings
    FOR EACH ROW EXECUTE FUNCTION refuse_second_decision();
CREATE TRIGGER quarantined_readings_kept BEFORE DELETE ON quarantined_readings
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

ESTIMATES = """
CREATE TABLE reading_estimates (
    community_id uuid NOT NULL REFERENCES energy_communities (id),
    pod varchar(15) NOT NULL,
    direction varchar(9) NOT NULL CHECK (direction IN ('injected', 'withdrawn')),
    day date NOT NULL,
    received_at timestamptz NOT NULL,
    method varchar(30) NOT NULL,
    from_days date[] NOT NULL CHECK (cardinality(from_days) > 0),
    actor varchar(100) NOT NULL CHECK (actor <> ''),
    reason varchar(500) NOT NULL CHECK (reason <> ''),
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (community_id, pod, direction, day, received_at)
);
CREATE TRIGGER reading_estimates_append_only BEFORE UPDATE OR DELETE ON reading_estimates
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
