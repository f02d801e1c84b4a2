"""Accounts in double entry and the life of a distribution; the money that is there gets its entries."""

from alembic import op

revision = "2026_11_25_90"
down_revision = "2026_11_25_60"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(ENTRIES)
    op.execute(BALANCED)
    op.execute(LIFECYCLE)
    for statement in (CLAIMS, RECEIPTS, DIVISIONS, ENTITLEMENTS, LEAVES, PAYMENTS, LIVES):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE distribution_steps, distribution_drafts, accounting_postings, accounting_entries")
    op.execute("DROP FUNCTION require_balanced_entry, refuse_late_posting")


ENTRIES = """
CREATE TABLE accounting_entries (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES energy_communities (id),
    kind varchar(20) NOT NULL CHECK (kind IN (
        'claim', 'receipt', 'division', 'entitlement', 'leaves', 'payout', 'spending', 'correction',
        'departure', 'collection', 'reversal'
    )),
    -- The row that the fact is about: a settlement, a receipt, a distribution, a payout.
    source_id uuid,
    effective_on date NOT NULL,
    corrects uuid REFERENCES accounting_entries (id),
    cause varchar(30) CHECK (cause IN (
        'METER_CORRECTION', 'AUTHORITY_ADJUSTMENT', 'SUPERSEDED', 'CANCELLATION', 'MISTAKE'
    )),
    note varchar(500) NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT accounting_entries_corrections_have_link_and_cause CHECK (
        (kind IN ('correction', 'reversal')) = (corrects IS NOT NULL)
        AND (corrects IS NULL) = (cause IS NULL)
    )
);
CREATE INDEX idx_accounting_entries_journal ON accounting_entries (community_id, recorded_at, id);
CREATE INDEX idx_accounting_entries_source ON accounting_entries (source_id);
CREATE INDEX idx_accounting_entries_corrects ON accounting_entries (corrects);
-- A fact that happens once is recorded once, and taken back once.
CREATE UNIQUE INDEX uq_accounting_entries_fact ON accounting_entries (kind, source_id)
    WHERE kind IN ('claim', 'receipt', 'division', 'entitlement', 'leaves');
CREATE UNIQUE INDEX uq_accounting_entries_reversal ON accounting_entries (corrects) WHERE kind = 'reversal';

CREATE TABLE accounting_postings (
    entry_id uuid NOT NULL REFERENCES accounting_entries (id),
    account varchar(20) NOT NULL CHECK (account IN (
        'bank', 'gse_receivable', 'member_receivable', 'recovered', 'gse_fee', 'costs', 'incentive',
        'appropriated', 'undivided', 'producers_pool', 'social_fund', 'grid_fund', 'social_residue',
        'member', 'payable', 'social_payable', 'in_transit'
    )),
    member varchar(100) NOT NULL,
    community_id uuid NOT NULL REFERENCES energy_communities (id),
    -- Debits are positive, credits negative.
    amount_micro_eur bigint NOT NULL CHECK (amount_micro_eur <> 0),
    PRIMARY KEY (entry_id, account, member),
    CONSTRAINT accounting_postings_personal_accounts_have_a_member CHECK (
        (account IN ('member_receivable', 'member', 'payable', 'in_transit')) = (member <> '')
    )
);
CREATE INDEX idx_accounting_postings_account ON accounting_postings (community_id, account, member);

CREATE TRIGGER accounting_entries_append_only BEFORE UPDATE OR DELETE ON accounting_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER accounting_postings_append_only BEFORE UPDATE OR DELETE ON accounting_postings
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

BALANCED = """
CREATE FUNCTION require_balanced_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    total numeric;
    lines integer;
BEGIN
    SELECT coalesce(sum(amount_micro_eur), 0), count(*) INTO total, lines
        FROM accounting_postings WHERE entry_id = NEW.id AND community_id = NEW.community_id;
    IF total <> 0 OR lines < 2 THEN
        RAISE EXCEPTION 'entry % (%) does not balance: % postings add up to % micro-euro',
            NEW.id, NEW.kind, lines, total USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
-- Once for each entry, when its transaction ends: its postings are there by then.
CREATE CONSTRAINT TRIGGER accounting_entries_balance AFTER INSERT ON accounting_entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_balanced_entry();

CREATE FUNCTION refuse_late_posting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Whoever adds to an entry of an earlier transaction would escape the check above.
    IF NOT EXISTS (
        SELECT 1 FROM accounting_entries
        WHERE id = NEW.entry_id AND community_id = NEW.community_id AND xmin = pg_current_xact_id()::xid
    ) THEN
        RAISE EXCEPTION 'entry % was recorded before: nothing is added to it', NEW.entry_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER accounting_postings_come_with_their_entry BEFORE INSERT ON accounting_postings
    FOR EACH ROW EXECUTE FUNCTION refuse_late_posting();
"""

LIFECYCLE = """
CREATE TABLE distribution_drafts (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES energy_communities (id),
    receipts uuid[] NOT NULL,
    settlements uuid[] NOT NULL CHECK (cardinality(settlements) > 0),
    wallets boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE distribution_steps (
    id uuid PRIMARY KEY,
    distribution_id uuid NOT NULL REFERENCES distribution_drafts (id),
    state varchar(20) NOT NULL CHECK (state IN (
        'draft', 'checked', 'approved', 'posted', 'paid', 'final', 'withdrawn', 'cancelled'
    )),
    actor varchar(100) NOT NULL CHECK (actor <> ''),
    findings jsonb NOT NULL DEFAULT '[]',
    acknowledged jsonb NOT NULL DEFAULT '[]',
    digest bytea CHECK (octet_length(digest) = 32),
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT distribution_steps_a_check_says_of_what CHECK (state <> 'checked' OR digest IS NOT NULL)
);
CREATE INDEX idx_distribution_steps_distribution ON distribution_steps (distribution_id);
CREATE UNIQUE INDEX uq_distribution_steps_once ON distribution_steps (distribution_id, state)
    WHERE state <> 'checked';
CREATE TRIGGER distribution_drafts_append_only BEFORE UPDATE OR DELETE ON distribution_drafts
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER distribution_steps_append_only BEFORE UPDATE OR DELETE ON distribution_steps
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

# From here on what is there already is recorded as if it had been from the beginning, with the dates of its
# rows. Ids are made by the database: they sort after recorded_at.

# One claim per hour: of settlements that share hours the longest, then the latest.
CLAIMS = """
WITH claimed AS (
    INSERT INTO accounting_entries (id, community_id, kind, source_id, effective_on, note, recorded_at)
    SELECT gen_random_uuid(), s.community_id, 'claim', s.id,
        (s.period_start AT TIME ZONE 'Europe/Rome')::date, '', s.created_at
    FROM settlements s
    WHERE s.revenue_micro_eur > 0 AND NOT EXISTS (
        SELECT 1 FROM settlements t
        WHERE t.community_id = s.community_id AND t.id <> s.id
            AND t.period_start < s.period_end AND t.period_end > s.period_start
            AND (t.period_end - t.period_start, t.id) > (s.period_end - s.period_start, s.id)
    )
    RETURNING id, community_id, source_id
)
INSERT INTO accounting_postings (entry_id, account, member, community_id, amount_micro_eur)
SELECT c.id, line.account, '', c.community_id, line.amount
FROM claimed c JOIN settlements s ON s.id = c.source_id,
    LATERAL (VALUES ('gse_receivable', s.revenue_micro_eur), ('incentive', -s.revenue_micro_eur))
        AS line (account, amount)
"""

RECEIPTS = """
WITH received AS (
    INSERT INTO accounting_entries (id, community_id, kind, source_id, effective_on, note, recorded_at)
    SELECT gen_random_uuid(), community_id, 'receipt', id, received_on, bank_reference, created_at
    FROM bank_receipts
    RETURNING id, community_id, source_id
)
INSERT INTO accounting_postings (entry_id, account, member, community_id, amount_micro_eur)
SELECT e.id, line.account, '', e.community_id, line.amount
FROM received e JOIN bank_receipts r ON r.id = e.source_id,
    LATERAL (VALUES
        ('bank', r.net_micro_eur), ('gse_fee', r.fee_withheld_micro_eur), ('costs', r.costs_micro_eur),
        ('gse_receivable', -r.gross_micro_eur), ('appropriated', r.net_micro_eur),
        ('undivided', -r.net_micro_eur)
    ) AS line (account, amount)
WHERE line.amount <> 0
"""

# Receipts stand with the first plan of a distribution; without any, it took effect when it was planned.
_EFFECTIVE = """
    coalesce((
        SELECT max(r.received_on) FROM distributions f
        JOIN distribution_receipts l ON l.distribution_id = f.id JOIN bank_receipts r ON r.id = l.receipt_id
        WHERE f.community_id = d.community_id AND f.number = d.number
    ), (d.created_at AT TIME ZONE 'Europe/Rome')::date)
"""
# A plan that another one took the place of never reached the ledger and moved nothing.
_LATEST = """
    NOT EXISTS (
        SELECT 1 FROM distributions o
        WHERE o.community_id = d.community_id AND o.number = d.number AND o.plan > d.plan
    )
"""

DIVISIONS = f"""
WITH divided AS (
    INSERT INTO accounting_entries (id, community_id, kind, source_id, effective_on, note, recorded_at)
    SELECT gen_random_uuid(), d.community_id, 'division', d.id, {_EFFECTIVE}, '', d.created_at
    FROM distributions d WHERE d.amount_micro_eur > 0 AND {_LATEST}
    RETURNING id, community_id, source_id
)
INSERT INTO accounting_postings (entry_id, account, member, community_id, amount_micro_eur)
SELECT e.id, line.account, '', e.community_id, line.amount
FROM divided e JOIN distributions d ON d.id = e.source_id,
    LATERAL (VALUES
        ('undivided', d.amount_micro_eur), ('producers_pool', -d.producers_micro_eur),
        ('social_fund', -d.social_micro_eur), ('grid_fund', -d.grid_micro_eur)
    ) AS line (account, amount)
WHERE line.amount <> 0
"""

ENTITLEMENTS = f"""
WITH entitled AS (
    INSERT INTO accounting_entries (id, community_id, kind, source_id, effective_on, note, recorded_at)
    SELECT gen_random_uuid(), d.community_id, 'entitlement', d.id, {_EFFECTIVE}, '', d.created_at
    FROM distributions d
    WHERE {_LATEST} AND EXISTS (
        SELECT 1 FROM member_balances b WHERE b.distribution_id = d.id AND b.entitlement_micro_eur <> 0
    )
    RETURNING id, community_id, source_id
)
INSERT INTO accounting_postings (entry_id, account, member, community_id, amount_micro_eur)
SELECT e.id, CASE b.member WHEN '' THEN 'social_residue' ELSE 'member' END, b.member, e.community_id,
    -b.entitlement_micro_eur
FROM entitled e JOIN member_balances b ON b.distribution_id = e.source_id
WHERE b.entitlement_micro_eur <> 0
UNION ALL
SELECT e.id, 'producers_pool', '', e.community_id, sum(b.entitlement_micro_eur)::bigint
FROM entitled e JOIN member_balances b ON b.distribution_id = e.source_id
GROUP BY e.id, e.community_id
"""

LEAVES = f"""
WITH promised AS (
    INSERT INTO accounting_entries (id, community_id, kind, source_id, effective_on, note, recorded_at)
    SELECT gen_random_uuid(), d.community_id, 'leaves', d.id, {_EFFECTIVE}, '', d.created_at
    FROM distributions d
    WHERE {_LATEST} AND EXISTS (SELECT 1 FROM payouts p WHERE p.distribution_id = d.id)
    RETURNING id, community_id, source_id
)
INSERT INTO accounting_postings (entry_id, account, member, community_id, amount_micro_eur)
SELECT e.id, line.account, coalesce(p.member, ''), e.community_id, line.amount
FROM promised e JOIN payouts p ON p.distribution_id = e.source_id,
    LATERAL (VALUES
        (CASE WHEN p.member IS NULL THEN 'social_residue' ELSE 'member' END, p.amount_micro_eur),
        (CASE WHEN p.member IS NULL THEN 'social_payable' ELSE 'payable' END, -p.amount_micro_eur)
    ) AS line (account, amount)
"""

PAYMENTS = f"""
WITH moved AS (
    INSERT INTO accounting_entries (id, community_id, kind, source_id, effective_on, note, recorded_at)
    SELECT gen_random_uuid(), p.community_id, 'payout', p.id,
        (p.state_changed_at AT TIME ZONE 'Europe/Rome')::date,
        trim(p.state || ' ' || coalesce(p.bank_reference, '')), p.state_changed_at
    FROM payouts p JOIN distributions d ON d.id = p.distribution_id
    WHERE p.state IN ('paid', 'ordered', 'confirmed', 'cancelled') AND {_LATEST}
    RETURNING id, community_id, source_id
)
INSERT INTO accounting_postings (entry_id, account, member, community_id, amount_micro_eur)
SELECT e.id, line.account, line.member, e.community_id, line.amount
FROM moved e JOIN payouts p ON p.id = e.source_id,
    LATERAL (VALUES
        (CASE WHEN p.member IS NULL THEN 'social_payable' ELSE 'payable' END, coalesce(p.member, ''),
            p.amount_micro_eur),
        (
            CASE p.state
                WHEN 'cancelled' THEN CASE WHEN p.member IS NULL THEN 'social_residue' ELSE 'member' END
                WHEN 'ordered' THEN 'in_transit'
                ELSE CASE WHEN p.member IS NULL THEN 'social_fund' ELSE 'bank' END
            END,
            CASE WHEN p.state IN ('ordered', 'cancelled') THEN coalesce(p.member, '') ELSE '' END,
            -p.amount_micro_eur
        )
    ) AS line (account, member, amount)
"""

# Nobody is known to have drafted, checked or approved what is there: its life begins with its approval.
LIVES = """
INSERT INTO distribution_drafts (id, community_id, receipts, settlements, wallets, created_at)
SELECT d.id, d.community_id,
    array(SELECT l.receipt_id FROM distribution_receipts l JOIN distributions f ON f.id = l.distribution_id
        WHERE f.community_id = d.community_id AND f.number = d.number ORDER BY 1),
    array(SELECT l.settlement_id FROM distribution_settlements l
        JOIN distributions f ON f.id = l.distribution_id
        WHERE f.community_id = d.community_id AND f.number = d.number ORDER BY 1),
    EXISTS (SELECT 1 FROM payouts p WHERE p.distribution_id = d.id AND p.channel = 'wallet'), d.created_at
FROM distributions d;
INSERT INTO distribution_steps (id, distribution_id, state, actor, recorded_at)
SELECT d.id, d.id, 'approved', 'recorded before there were accounts', d.created_at FROM distributions d;
INSERT INTO distribution_steps (id, distribution_id, state, actor, recorded_at)
SELECT s.transaction_id, d.id, 'posted', 'recorded before there were accounts', s.created_at
FROM distributions d JOIN settled_distributions s ON s.distribution_id = d.id;
INSERT INTO distribution_steps (id, distribution_id, state, actor)
SELECT gen_random_uuid(), s.distribution_id, 'paid', 'recorded before there were accounts'
FROM settled_distributions s WHERE NOT EXISTS (
    SELECT 1 FROM payouts p WHERE p.distribution_id = s.distribution_id
        AND p.state NOT IN ('paid', 'confirmed')
);
INSERT INTO distribution_steps (id, distribution_id, state, actor)
SELECT gen_random_uuid(), d.id, 'cancelled', 'recorded before there were accounts'
FROM distributions d WHERE EXISTS (
    SELECT 1 FROM distribution_cancellations c WHERE c.distribution_id = d.id
) OR EXISTS (
    SELECT 1 FROM distributions o
    WHERE o.community_id = d.community_id AND o.number = d.number AND o.plan > d.plan
)
"""
