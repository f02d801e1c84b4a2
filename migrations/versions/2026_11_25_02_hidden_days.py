"""Days whose hour totals are hidden on the ledger, and what opens them."""

from alembic import op

revision = "2026_11_25_02"
down_revision = "2026_11_25_01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(HIDDEN)


def downgrade() -> None:
    op.execute(BEFORE)


HIDDEN = """
ALTER TABLE day_reports DROP CONSTRAINT day_reports_hour_totals_check;
ALTER TABLE day_reports ADD CONSTRAINT day_reports_hour_totals_check
    CHECK (octet_length(hour_totals) IN (32, 230, 240, 250));
CREATE TABLE hidden_days (
    report bytea PRIMARY KEY REFERENCES day_reports (report),
    salt bytea NOT NULL CHECK (octet_length(salt) = 32),
    blinding bytea NOT NULL CHECK (octet_length(blinding) = 32),
    hour_totals bytea NOT NULL CHECK (octet_length(hour_totals) IN (230, 240, 250)),
    created_at timestamptz NOT NULL DEFAULT now(),
    opened_at timestamptz
);
-- Another salt would open nothing; a deleted one can never be told from any other.
CREATE TRIGGER hidden_days_are_fixed BEFORE UPDATE OF report, salt, blinding, hour_totals ON hidden_days
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

BEFORE = """
DROP TABLE hidden_days;
ALTER TABLE day_reports DROP CONSTRAINT day_reports_hour_totals_check;
-- Reports that are there already stay.
ALTER TABLE day_reports ADD CONSTRAINT day_reports_hour_totals_check
    CHECK (octet_length(hour_totals) IN (230, 240, 250)) NOT VALID;
"""
