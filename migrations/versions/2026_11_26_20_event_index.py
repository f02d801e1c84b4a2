"""The event index: blocks, decoded events of our contracts, and how far each chain was followed."""

from alembic import op

revision = "2026_11_26_20"
down_revision = "2026_11_26_21"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(CURSORS)
    op.execute(BLOCKS)
    op.execute(EVENTS)


def downgrade() -> None:
    op.execute("DROP TABLE chain_events, chain_blocks, chain_cursors")


CURSORS = """
CREATE TABLE chain_cursors (
    chain_id bigint PRIMARY KEY,
    first_number bigint NOT NULL CHECK (first_number >= 0),
    -- The newest block that was read, NULL before the first.
    number bigint CHECK (number >= first_number),
    hash bytea CHECK (octet_length(hash) = 32),
    -- Contracts whose events are complete from first_number to number: address in hexadecimal to kind.
    contracts jsonb NOT NULL DEFAULT '{}'::jsonb,
    CONSTRAINT chain_cursors_number_and_hash CHECK ((number IS NULL) = (hash IS NULL))
);
"""
BLOCKS = """
CREATE TABLE chain_blocks (
    chain_id bigint NOT NULL REFERENCES chain_cursors (chain_id),
    number bigint NOT NULL CHECK (number >= 0),
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    parent bytea NOT NULL CHECK (octet_length(parent) = 32),
    mined_at timestamptz NOT NULL,
    PRIMARY KEY (chain_id, number)
);
"""
EVENTS = """
CREATE TABLE chain_events (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    log_index integer NOT NULL CHECK (log_index >= 0),
    block_hash bytea NOT NULL CHECK (octet_length(block_hash) = 32),
    transaction bytea NOT NULL CHECK (octet_length(transaction) = 32),
    address bytea NOT NULL CHECK (octet_length(address) = 20),
    name varchar(60) NOT NULL,
    arguments jsonb NOT NULL,
    community bytea CHECK (octet_length(community) = 32),
    configuration bytea CHECK (octet_length(configuration) = 32),
    PRIMARY KEY (chain_id, block_number, log_index),
    FOREIGN KEY (chain_id, block_number) REFERENCES chain_blocks (chain_id, number)
);
CREATE INDEX idx_chain_events_address ON chain_events (chain_id, address, name);
CREATE INDEX idx_chain_events_community ON chain_events (chain_id, community);
CREATE INDEX idx_chain_events_configuration ON chain_events (chain_id, configuration);
"""
