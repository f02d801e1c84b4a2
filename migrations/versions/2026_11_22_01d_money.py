"""Money: bank receipts, distributions, payout leaves with their states, members' balances."""

from alembic import op

revision = "2026_11_22_01d"
down_revision = "2026_11_22_01c"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(RECEIPTS)
    op.execute(DISTRIBUTIONS)
    op.execute(PAYOUTS)
    op.execute(BALANCES)
    for table in (
        "bank_receipts",
        "distributions",
        "distribution_receipts",
        "distribution_settlements",
        "member_balances",
    ):
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    op.execute(PAYOUTS_ONLY_CHANGE_STATE)


def downgrade() -> None:
    op.execute(
        "DROP TABLE member_balances, payouts, distribution_settlements, distribution_receipts, "
        "distributions, bank_receipts"
    )


RECEIPTS = """
CREATE TABLE bank_receipts (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES energy_communities (id),
    kind varchar(20) NOT NULL CHECK (kind IN ('advance', 'balance', 'correction')),
    received_on date NOT NULL,
    gross_micro_eur bigint NOT NULL CHECK (gross_micro_eur > 0),
    fee_withheld_micro_eur bigint NOT NULL CHECK (fee_withheld_micro_eur >= 0),
    costs_micro_eur bigint NOT NULL CHECK (costs_micro_eur >= 0),
    net_micro_eur bigint NOT NULL CHECK (net_micro_eur > 0),
    bank_reference varchar(255) NOT NULL CHECK (bank_reference <> ''),
    document bytea NOT NULL,
    receipt_hash bytea NOT NULL UNIQUE CHECK (octet_length(receipt_hash) = 32),
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (community_id, bank_reference),
    CONSTRAINT bank_receipts_net_is_what_remains
        CHECK (net_micro_eur = gross_micro_eur - fee_withheld_micro_eur - costs_micro_eur)
);
"""

DISTRIBUTIONS = """
CREATE TABLE distributions (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES energy_communities (id),
    number integer NOT NULL CHECK (number >= 1),
    amount_micro_eur bigint NOT NULL CHECK (amount_micro_eur > 0),
    producers_micro_eur bigint NOT NULL CHECK (producers_micro_eur >= 0),
    social_micro_eur bigint NOT NULL CHECK (social_micro_eur >= 0),
    grid_micro_eur bigint NOT NULL CHECK (grid_micro_eur >= 0),
    previous_carry_micro_eur bigint NOT NULL CHECK (previous_carry_micro_eur >= 0),
    pool_micro_eur bigint NOT NULL,
    carry_micro_eur bigint NOT NULL CHECK (carry_micro_eur >= 0),
    unallocated_micro_eur bigint NOT NULL CHECK (unallocated_micro_eur >= 0),
    moved_to_social_micro_eur bigint NOT NULL CHECK (moved_to_social_micro_eur >= 0),
    evidence bytea NOT NULL CHECK (octet_length(evidence) = 32),
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (community_id, number),
    CONSTRAINT distributions_split_is_whole
        CHECK (producers_micro_eur + social_micro_eur + grid_micro_eur = amount_micro_eur),
    CONSTRAINT distributions_pool_adds_the_carry
        CHECK (pool_micro_eur = producers_micro_eur + previous_carry_micro_eur),
    CONSTRAINT distributions_carry_fits_the_pool CHECK (carry_micro_eur <= pool_micro_eur)
);
CREATE TABLE distribution_receipts (
    distribution_id uuid NOT NULL REFERENCES distributions (id),
    -- A receipt is distributed once.
    receipt_id uuid NOT NULL UNIQUE REFERENCES bank_receipts (id),
    PRIMARY KEY (distribution_id, receipt_id)
);
CREATE TABLE distribution_settlements (
    distribution_id uuid NOT NULL REFERENCES distributions (id),
    settlement_id uuid NOT NULL REFERENCES settlements (id),
    PRIMARY KEY (distribution_id, settlement_id)
);
"""

PAYOUTS = """
CREATE TABLE payouts (
    id uuid PRIMARY KEY,
    distribution_id uuid NOT NULL REFERENCES distributions (id),
    leaf_index integer NOT NULL CHECK (leaf_index >= 0),
    community_id uuid NOT NULL REFERENCES energy_communities (id),
    member varchar(100),
    channel varchar(10) NOT NULL CHECK (channel IN ('wallet', 'bank', 'social')),
    wallet_address bytea CHECK (octet_length(wallet_address) = 20),
    iban varchar(34),
    salt bytea CHECK (octet_length(salt) = 32),
    amount_micro_eur bigint NOT NULL CHECK (amount_micro_eur > 0 AND amount_micro_eur % 10000 = 0),
    state varchar(20) NOT NULL DEFAULT 'pending'
        CHECK (state IN ('pending', 'paid', 'reserved', 'ordered', 'confirmed', 'released')),
    bank_reference varchar(255),
    state_changed_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (distribution_id, leaf_index),
    UNIQUE (distribution_id, member),
    FOREIGN KEY (community_id, member) REFERENCES community_members (community_id, code),
    CONSTRAINT payouts_social_has_no_member CHECK ((channel = 'social') = (member IS NULL)),
    CONSTRAINT payouts_wallet_has_address CHECK (channel <> 'wallet' OR wallet_address IS NOT NULL),
    CONSTRAINT payouts_bank_is_salted CHECK ((channel = 'bank') = (salt IS NOT NULL)),
    CONSTRAINT payouts_state_fits_channel CHECK (
        state = 'pending' OR (channel = 'bank') = (state <> 'paid')
    )
);
CREATE INDEX idx_payouts_member ON payouts (community_id, member);
"""

BALANCES = """
CREATE TABLE member_balances (
    distribution_id uuid NOT NULL REFERENCES distributions (id),
    -- The empty name is the social fund's own residue below a cent.
    member varchar(100) NOT NULL,
    community_id uuid NOT NULL REFERENCES energy_communities (id),
    previous_micro_eur bigint NOT NULL,
    entitlement_micro_eur bigint NOT NULL,
    leaf_micro_eur bigint NOT NULL CHECK (leaf_micro_eur >= 0 AND leaf_micro_eur % 10000 = 0),
    balance_micro_eur bigint NOT NULL,
    PRIMARY KEY (distribution_id, member),
    CONSTRAINT member_balances_add_up
        CHECK (balance_micro_eur = previous_micro_eur + entitlement_micro_eur - leaf_micro_eur)
);
CREATE INDEX idx_member_balances_member ON member_balances (community_id, member);
"""

PAYOUTS_ONLY_CHANGE_STATE = """
CREATE TRIGGER payouts_leaf_is_fixed
    BEFORE DELETE OR UPDATE OF id, distribution_id, leaf_index, community_id, member, channel,
        wallet_address, iban, salt, amount_micro_eur
    ON payouts FOR EACH ROW EXECUTE FUNCTION refuse_change()
"""
