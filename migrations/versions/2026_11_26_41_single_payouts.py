"""What resolutions spend on the vault, and what banks send back late, get their entries."""

from alembic import op

revision = "2026_11_26_41"
down_revision = "2026_11_26_40"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Entries of this transaction are checked now: a table with checks to come cannot be altered.
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")
    op.execute(SINGLES)
    for table, column, values in CHECKS:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_check")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_check CHECK ({column} IN {values})")
    op.execute(PERSONAL.format(more=", 'repayable'"))
    op.execute("DROP INDEX uq_accounting_entries_fact")
    op.execute(FACTS.format(more=", 'spending', 'late_return'"))
    op.execute(LATE)
    op.execute("SET CONSTRAINTS ALL DEFERRED")


def downgrade() -> None:
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")
    # An earlier version knows neither the facts nor the accounts; upgrading makes late returns' entries anew.
    op.execute(FORGET)
    for table, column, values in FORMER:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_check")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_check CHECK ({column} IN {values})")
    op.execute(PERSONAL.format(more=""))
    op.execute("DROP INDEX uq_accounting_entries_fact")
    op.execute(FACTS.format(more=""))
    op.execute("DROP TABLE single_payouts")


SINGLES = """
CREATE TABLE single_payouts (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES energy_communities (id),
    chain_id bigint NOT NULL,
    vault bytea NOT NULL CHECK (octet_length(vault) = 20),
    number bigint NOT NULL CHECK (number >= 2147483648),
    amount_micro_eur bigint NOT NULL CHECK (amount_micro_eur > 0),
    -- Of a fund's spending; other single payouts take the place of a leaf or of another single payout.
    fund varchar(10) CHECK (fund IN ('social', 'grid')),
    replaces bigint,
    transaction_hash bytea NOT NULL CHECK (octet_length(transaction_hash) = 32),
    opened_on date NOT NULL,
    state varchar(10) NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'paid', 'swept')),
    ended_on date,
    UNIQUE (chain_id, vault, number),
    CONSTRAINT single_payouts_a_spending_replaces_nothing CHECK (fund IS NULL OR replaces IS NULL),
    CONSTRAINT single_payouts_an_end_is_dated CHECK ((state = 'open') = (ended_on IS NULL))
);
CREATE INDEX idx_single_payouts_community ON single_payouts (community_id);
CREATE TRIGGER single_payouts_are_fixed
    BEFORE DELETE OR UPDATE OF id, community_id, chain_id, vault, number, amount_micro_eur, fund, replaces,
        transaction_hash, opened_on
    ON single_payouts FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

_KINDS = """(
    'claim', 'receipt', 'division', 'entitlement', 'leaves', 'payout', 'spending', 'correction',
    'departure', 'collection', 'reversal'{more}
)"""
_ACCOUNTS = """(
    'bank', 'gse_receivable', 'member_receivable', 'recovered', 'gse_fee', 'costs', 'incentive',
    'appropriated', 'undivided', 'producers_pool', 'social_fund', 'grid_fund', 'social_residue',
    'member', 'payable', 'social_payable', 'in_transit'{more}
)"""
CHECKS = (
    ("accounting_entries", "kind", _KINDS.format(more=", 'late_return', 'repayment'")),
    ("accounting_postings", "account", _ACCOUNTS.format(more=", 'fund_payable', 'sent_back', 'repayable'")),
)
FORMER = (
    ("accounting_entries", "kind", _KINDS.format(more="")),
    ("accounting_postings", "account", _ACCOUNTS.format(more="")),
)

PERSONAL = """
ALTER TABLE accounting_postings DROP CONSTRAINT accounting_postings_personal_accounts_have_a_member;
ALTER TABLE accounting_postings ADD CONSTRAINT accounting_postings_personal_accounts_have_a_member CHECK (
    (account IN ('member_receivable', 'member', 'payable', 'in_transit'{more})) = (member <> '')
);
"""

# What somebody types has no row that it is about, and is told apart by its reference.
FACTS = """
CREATE UNIQUE INDEX uq_accounting_entries_fact ON accounting_entries (kind, source_id)
    WHERE kind IN ('claim', 'receipt', 'division', 'entitlement', 'leaves'{more})
"""

LATE = """
WITH late AS (
    INSERT INTO accounting_entries (id, community_id, kind, source_id, effective_on, note)
    SELECT gen_random_uuid(), p.community_id, 'late_return', p.id, b.returned_on,
        trim(b.end_to_end_id || ' ' || coalesce(b.return_reason, ''))
    FROM bank_payments b JOIN payouts p ON p.id = b.payout_id
    WHERE b.late
    RETURNING id, community_id, source_id
)
INSERT INTO accounting_postings (entry_id, account, member, community_id, amount_micro_eur)
SELECT e.id, line.account, line.member, e.community_id, line.amount
FROM late e JOIN payouts p ON p.id = e.source_id,
    LATERAL (VALUES ('sent_back', '', p.amount_micro_eur), ('repayable', p.member, -p.amount_micro_eur))
        AS line (account, member, amount)
"""

FORGET = """
ALTER TABLE accounting_postings DISABLE TRIGGER accounting_postings_append_only;
ALTER TABLE accounting_entries DISABLE TRIGGER accounting_entries_append_only;
CREATE TEMPORARY TABLE forgotten ON COMMIT DROP AS
    SELECT e.id FROM accounting_entries e
    WHERE e.kind IN ('late_return', 'repayment') OR e.source_id IN (SELECT id FROM single_payouts);
INSERT INTO forgotten SELECT e.id FROM accounting_entries e WHERE e.corrects IN (SELECT id FROM forgotten);
DELETE FROM accounting_postings WHERE entry_id IN (SELECT id FROM forgotten);
DELETE FROM accounting_entries WHERE id IN (SELECT id FROM forgotten) AND corrects IS NOT NULL;
DELETE FROM accounting_entries WHERE id IN (SELECT id FROM forgotten);
ALTER TABLE accounting_postings ENABLE TRIGGER accounting_postings_append_only;
ALTER TABLE accounting_entries ENABLE TRIGGER accounting_entries_append_only;
"""
