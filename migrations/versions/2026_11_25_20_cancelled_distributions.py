"""Distributions that the guardian cancelled, and those that are planned anew because of it."""

from alembic import op

revision = "2026_11_25_20"
down_revision = "2026_11_25_11"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(PLANS)
    op.execute(CANCELLATIONS)
    op.execute(STATES)


def downgrade() -> None:
    op.execute(NO_STATES)
    op.execute("DROP TABLE distribution_cancellations")
    op.execute(NO_PLANS)


PLANS = """
ALTER TABLE distributions
    ADD COLUMN plan integer NOT NULL DEFAULT 1 CHECK (plan >= 1),
    DROP CONSTRAINT distributions_community_id_number_key,
    ADD UNIQUE (community_id, number, plan),
    DROP CONSTRAINT distributions_amount_micro_eur_check,
    -- Without a receipt a distribution pays what is owed already.
    ADD CONSTRAINT distributions_amount_micro_eur_check CHECK (amount_micro_eur >= 0)
"""

CANCELLATIONS = """
CREATE TABLE distribution_cancellations (
    distribution_id uuid PRIMARY KEY REFERENCES distributions (id),
    after_number integer NOT NULL CHECK (after_number >= 1),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER distribution_cancellations_append_only BEFORE UPDATE OR DELETE ON distribution_cancellations
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

STATES = """
ALTER TABLE payouts
    DROP CONSTRAINT payouts_state_check,
    ADD CONSTRAINT payouts_state_check CHECK (
        state IN ('pending', 'paid', 'reserved', 'ordered', 'confirmed', 'released', 'cancelled')
    ),
    DROP CONSTRAINT payouts_state_fits_channel,
    ADD CONSTRAINT payouts_state_fits_channel CHECK (
        state IN ('pending', 'cancelled') OR (channel = 'bank') = (state <> 'paid')
    )
"""

# Fails where something was cancelled: an older release could not tell, and would pay it.
NO_STATES = """
ALTER TABLE payouts
    DROP CONSTRAINT payouts_state_check,
    ADD CONSTRAINT payouts_state_check CHECK (
        state IN ('pending', 'paid', 'reserved', 'ordered', 'confirmed', 'released')
    ),
    DROP CONSTRAINT payouts_state_fits_channel,
    ADD CONSTRAINT payouts_state_fits_channel CHECK (
        state = 'pending' OR (channel = 'bank') = (state <> 'paid')
    )
"""

NO_PLANS = """
ALTER TABLE distributions
    DROP CONSTRAINT distributions_community_id_number_plan_key,
    DROP COLUMN plan,
    ADD UNIQUE (community_id, number),
    DROP CONSTRAINT distributions_amount_micro_eur_check,
    ADD CONSTRAINT distributions_amount_micro_eur_check CHECK (amount_micro_eur > 0)
"""
