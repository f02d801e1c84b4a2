"""Jobs: work that is queued until it is done, whatever a broker forgets."""

from alembic import op

revision = "2026_11_26_30"
down_revision = "2026_11_26_70"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(JOBS)


def downgrade() -> None:
    op.execute("DROP TABLE job_tables, jobs")


JOBS = """
CREATE TABLE jobs (
    id uuid PRIMARY KEY,
    -- The order of coming: clocks of several machines, or one that jumps, cannot disturb it.
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    kind varchar(40) NOT NULL,
    community_id uuid REFERENCES energy_communities (id),
    partition varchar(100) NOT NULL,
    arguments jsonb NOT NULL,
    key varchar(200),
    state varchar(10) NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    not_before timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    heartbeat_at timestamptz,
    cancelled_at timestamptz,
    worker varchar(200),
    progress_done bigint NOT NULL DEFAULT 0,
    progress_total bigint NOT NULL DEFAULT 0,
    sentence varchar(1000) NOT NULL DEFAULT '',
    outcome jsonb,
    table_sha256 bytea CHECK (octet_length(table_sha256) = 32),
    CONSTRAINT jobs_that_run_have_a_worker CHECK ((state = 'running') = (worker IS NOT NULL)),
    CONSTRAINT jobs_that_ended_say_when CHECK (
        (state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)
    )
);
CREATE UNIQUE INDEX uq_jobs_key ON jobs (community_id, key) NULLS NOT DISTINCT WHERE key IS NOT NULL;
-- Workers see to it with a lock; this sees to it that they do.
CREATE UNIQUE INDEX uq_jobs_running ON jobs (partition) WHERE state = 'running';
CREATE INDEX idx_jobs_queued ON jobs (partition, number) WHERE state = 'queued';
CREATE INDEX idx_jobs_community ON jobs (community_id, number);

CREATE TABLE job_tables (
    job_id uuid PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    content bytea NOT NULL
);
"""
