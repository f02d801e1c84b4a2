"""The ledger's side: PODs' keys, signed reports, signed transactions and deployed contracts."""

from alembic import op

revision = "2026_11_22_02"
down_revision = "2026_11_22_01f"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(KEYS)
    op.execute(REPORTS)
    op.execute(TRANSACTIONS)
    op.execute(DEPLOYMENTS)


def downgrade() -> None:
    op.execute("DROP TABLE deployments, chain_transactions, day_reports, pod_month_keys")


KEYS = """
CREATE TABLE pod_month_keys (
    pod varchar(15) NOT NULL,
    month integer NOT NULL CHECK (month >= 0),
    key bytea NOT NULL CHECK (octet_length(key) = 32),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (pod, month)
);
-- A key is made once or deleted for good; another key would break every receipt of the month.
CREATE TRIGGER pod_month_keys_never_change BEFORE UPDATE ON pod_month_keys
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

REPORTS = """
CREATE TABLE day_reports (
    report bytea PRIMARY KEY CHECK (octet_length(report) = 32),
    configuration_id uuid NOT NULL REFERENCES energy_configurations (id),
    day date NOT NULL,
    settlement_id uuid NOT NULL REFERENCES settlements (id),
    outbox_id uuid NOT NULL REFERENCES outbox (id),
    predecessor bytea NOT NULL CHECK (octet_length(predecessor) = 32),
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    roster bytea NOT NULL CHECK (octet_length(roster) = 32),
    blinding bytea NOT NULL CHECK (octet_length(blinding) = 32),
    hour_totals bytea NOT NULL CHECK (octet_length(hour_totals) IN (230, 240, 250)),
    pods varchar(15)[] NOT NULL,
    entries bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    accepted_at timestamptz,
    -- The ledger accepts one report per configuration, day and predecessor.
    UNIQUE (configuration_id, day, predecessor),
    CONSTRAINT day_reports_one_entry_per_pod
        CHECK (octet_length(entries) = 65 * cardinality(pods))
);
CREATE INDEX idx_day_reports_outbox ON day_reports (outbox_id);
CREATE TRIGGER day_reports_are_fixed
    BEFORE DELETE OR UPDATE OF report, configuration_id, day, settlement_id, predecessor, root, roster,
        blinding, hour_totals, entries
    ON day_reports FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

TRANSACTIONS = """
CREATE TABLE chain_transactions (
    id uuid PRIMARY KEY,
    chain_id bigint NOT NULL CHECK (chain_id > 0),
    sender bytea NOT NULL CHECK (octet_length(sender) = 20),
    nonce bigint NOT NULL CHECK (nonce >= 0),
    outbox_id uuid NOT NULL REFERENCES outbox (id),
    step varchar(100) NOT NULL,
    attempt integer NOT NULL DEFAULT 1 CHECK (attempt >= 1),
    sentence varchar(500) NOT NULL,
    receiver bytea CHECK (octet_length(receiver) = 20),
    raw bytea NOT NULL,
    hash bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    earlier_hashes bytea[] NOT NULL DEFAULT '{}',
    state varchar(10) NOT NULL DEFAULT 'signed' CHECK (state IN ('signed', 'mined', 'reverted')),
    block_number bigint,
    block_hash bytea CHECK (octet_length(block_hash) = 32),
    gas_used bigint CHECK (gas_used > 0),
    contract bytea CHECK (octet_length(contract) = 20),
    created_at timestamptz NOT NULL DEFAULT now(),
    mined_at timestamptz,
    -- A nonce is used once: the chain would accept one of two transactions and forget the other.
    UNIQUE (chain_id, sender, nonce),
    UNIQUE (outbox_id, step, attempt),
    CONSTRAINT chain_transactions_outcome_is_whole CHECK (
        (state = 'signed') = (block_number IS NULL)
        AND (state = 'signed') = (block_hash IS NULL)
        AND (state = 'signed') = (gas_used IS NULL)
        AND (state = 'signed') = (mined_at IS NULL)
    )
);
CREATE TRIGGER chain_transactions_are_fixed
    BEFORE DELETE OR UPDATE OF id, chain_id, sender, nonce, outbox_id, step, attempt, receiver
    ON chain_transactions FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

DEPLOYMENTS = """
CREATE TABLE deployments (
    id uuid PRIMARY KEY,
    chain_id bigint NOT NULL CHECK (chain_id > 0),
    kind varchar(10) NOT NULL CHECK (kind IN ('ledger', 'token', 'vault')),
    community_id uuid REFERENCES energy_communities (id),
    address bytea NOT NULL CHECK (octet_length(address) = 20),
    -- What a vault counts in; none: the bookkeeping euro.
    token bytea CHECK (octet_length(token) = 20),
    transaction_id uuid NOT NULL REFERENCES chain_transactions (id),
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (chain_id, address),
    CONSTRAINT deployments_only_vaults_count CHECK (kind = 'vault' OR token IS NULL),
    CONSTRAINT deployments_only_vaults_have_a_community CHECK ((kind = 'vault') = (community_id IS NOT NULL))
);
CREATE UNIQUE INDEX uq_deployments_kind ON deployments (chain_id, kind, community_id) NULLS NOT DISTINCT;
CREATE TRIGGER deployments_are_fixed BEFORE DELETE OR UPDATE ON deployments
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
