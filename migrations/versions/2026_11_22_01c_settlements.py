"""How much: settlements with their exact bytes, members' figures, the hours behind them; append-only."""

from alembic import op

revision = "2026_11_22_01c"
down_revision = "2026_11_22_01b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(SETTLEMENTS)
    op.execute(MEMBERS)
    op.execute(TRANSACTIONS)
    for table in ("settlements", "settlement_members", "energy_transactions"):
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.execute("DROP TABLE energy_transactions, settlement_members, settlements")


SETTLEMENTS = """
CREATE TABLE settlements (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES energy_communities (id),
    period_start timestamptz NOT NULL,
    period_end timestamptz NOT NULL CHECK (period_end > period_start),
    as_of timestamptz NOT NULL,
    document bytea NOT NULL,
    manifest bytea NOT NULL,
    evidence bytea NOT NULL CHECK (octet_length(evidence) = 32),
    injected_wh bigint NOT NULL CHECK (injected_wh >= 0),
    withdrawn_wh bigint NOT NULL CHECK (withdrawn_wh >= 0),
    shared_wh bigint NOT NULL CHECK (shared_wh >= 0 AND shared_wh <= least(injected_wh, withdrawn_wh)),
    revenue_micro_eur bigint NOT NULL CHECK (revenue_micro_eur >= 0),
    producers_micro_eur bigint NOT NULL CHECK (producers_micro_eur >= 0),
    social_micro_eur bigint NOT NULL CHECK (social_micro_eur >= 0),
    grid_micro_eur bigint NOT NULL CHECK (grid_micro_eur >= 0),
    carried_micro_eur bigint NOT NULL CHECK (carried_micro_eur >= 0),
    moved_to_social_micro_eur bigint NOT NULL CHECK (moved_to_social_micro_eur >= 0),
    -- What enterprises may receive together once the year's excess is final (FACTS 3.4); null before.
    enterprise_cap_micro_eur bigint CHECK (enterprise_cap_micro_eur >= 0),
    refusals jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (community_id, period_start, period_end),
    CONSTRAINT settlements_split_is_whole
        CHECK (producers_micro_eur + social_micro_eur + grid_micro_eur = revenue_micro_eur)
)
"""

MEMBERS = """
CREATE TABLE settlement_members (
    settlement_id uuid NOT NULL REFERENCES settlements (id),
    member varchar(100) NOT NULL,
    community_id uuid NOT NULL,
    enterprise boolean NOT NULL,
    injected_wh bigint NOT NULL CHECK (injected_wh >= 0),
    withdrawn_wh bigint NOT NULL CHECK (withdrawn_wh >= 0),
    shared_injection_wh bigint NOT NULL CHECK (shared_injection_wh >= 0),
    shared_withdrawal_wh bigint NOT NULL CHECK (shared_withdrawal_wh >= 0),
    weight bigint NOT NULL CHECK (weight >= 0),
    payout_micro_eur bigint NOT NULL CHECK (payout_micro_eur >= 0),
    PRIMARY KEY (settlement_id, member),
    FOREIGN KEY (community_id, member) REFERENCES community_members (community_id, code)
)
"""

TRANSACTIONS = """
CREATE TABLE energy_transactions (
    settlement_id uuid NOT NULL REFERENCES settlements (id),
    configuration_id uuid NOT NULL REFERENCES energy_configurations (id),
    hour timestamptz NOT NULL,
    community_id uuid NOT NULL REFERENCES energy_communities (id),
    injected_wh bigint NOT NULL CHECK (injected_wh >= 0),
    withdrawn_wh bigint NOT NULL CHECK (withdrawn_wh >= 0),
    shared_wh bigint NOT NULL,
    grid_zone varchar(50) NOT NULL,
    market_price_eur_per_mwh numeric(16, 8) NOT NULL,
    settlement_status varchar(50) NOT NULL CHECK (settlement_status IN ('measured', 'estimated')),
    PRIMARY KEY (settlement_id, configuration_id, hour),
    CONSTRAINT energy_transactions_shared_is_the_lesser
        CHECK (shared_wh = least(injected_wh, withdrawn_wh))
);
CREATE INDEX idx_transactions_timestamp ON energy_transactions (community_id, hour);
"""
