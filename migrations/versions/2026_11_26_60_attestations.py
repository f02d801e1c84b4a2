"""Signatures of reporters that keep their own keys; reports that nobody accepted can be withdrawn."""

from alembic import op

revision = "2026_11_26_60"
down_revision = "2026_11_26_30"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(ATTESTATIONS)
    op.execute(QUORUMS)
    op.execute(WITHDRAWN)


def downgrade() -> None:
    op.execute("DROP TABLE noted_quorums, attestations")
    op.execute(KEPT)


ATTESTATIONS = """
CREATE TABLE attestations (
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    signer bytea NOT NULL CHECK (octet_length(signer) = 20),
    signature bytea NOT NULL CHECK (octet_length(signature) = 65),
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (digest, signer)
);
CREATE TRIGGER attestations_append_only BEFORE UPDATE OR DELETE ON attestations
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

QUORUMS = """
CREATE TABLE noted_quorums (
    community_id uuid PRIMARY KEY REFERENCES energy_communities (id),
    epoch bigint NOT NULL CHECK (epoch >= 0),
    threshold integer NOT NULL CHECK (threshold >= 1),
    reporters bytea[] NOT NULL,
    held integer NOT NULL CHECK (held BETWEEN 0 AND cardinality(reporters)),
    noted_at timestamptz NOT NULL DEFAULT now()
);
"""

# What reporters refuse to sign has to make room for what they sign; what the ledger accepted stays for good.
WITHDRAWN = """
DROP TRIGGER day_reports_are_fixed ON day_reports;
CREATE TRIGGER day_reports_are_fixed
    BEFORE UPDATE OF report, configuration_id, day, settlement_id, predecessor, root, roster, blinding,
        hour_totals, entries
    ON day_reports FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER accepted_day_reports_stay BEFORE DELETE ON day_reports
    FOR EACH ROW WHEN (OLD.accepted_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
"""

KEPT = """
DROP TRIGGER accepted_day_reports_stay ON day_reports;
DROP TRIGGER day_reports_are_fixed ON day_reports;
CREATE TRIGGER day_reports_are_fixed
    BEFORE DELETE OR UPDATE OF report, configuration_id, day, settlement_id, predecessor, root, roster,
        blinding, hour_totals, entries
    ON day_reports FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
