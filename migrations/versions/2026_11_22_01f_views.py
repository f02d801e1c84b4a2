"""The specification's two views, each figure summed by itself: joined tables would multiply each other."""

from alembic import op

revision = "2026_11_22_01f"
down_revision = "2026_11_22_01e"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(HOURS)
    op.execute(PERFORMANCE)
    op.execute(REPORTING)


def downgrade() -> None:
    op.execute("DROP VIEW gse_reporting_view")
    op.execute("DROP VIEW community_performance_view")
    op.execute("DROP VIEW current_energy_transactions")


# A month and later its year may both be settled: an hour counts once, as the latest settlement saw it.
HOURS = """
CREATE VIEW current_energy_transactions AS
SELECT DISTINCT ON (t.community_id, t.hour, t.configuration_id) t.*
FROM energy_transactions t
ORDER BY t.community_id, t.hour, t.configuration_id, t.settlement_id DESC
"""

PERFORMANCE = """
CREATE VIEW community_performance_view AS
SELECT
    c.id AS community_id,
    c.name,
    (SELECT count(*) FROM community_members m WHERE m.community_id = c.id AND m.status <> 'left')
        AS member_count,
    (SELECT coalesce(sum(a.power_kw), 0) FROM community_assets a
        WHERE a.community_id = c.id AND a.asset_type = 'photovoltaic') AS total_solar_capacity_kw,
    (SELECT coalesce(sum(a.power_kw), 0) FROM community_assets a WHERE a.community_id = c.id)
        AS total_capacity_kw,
    (SELECT round(sum(t.shared_wh) / count(DISTINCT (t.hour AT TIME ZONE 'Europe/Rome')::date))::bigint
        FROM current_energy_transactions t WHERE t.community_id = c.id) AS avg_daily_shared_wh,
    (SELECT count(*) FROM community_members m
        WHERE m.community_id = c.id AND m.status <> 'left' AND m.member_type = 'prosumer') AS prosumer_count
FROM energy_communities c
"""

REPORTING = """
CREATE VIEW gse_reporting_view AS
SELECT
    c.id AS community_id,
    c.name,
    k.id AS configuration_id,
    k.area_code AS primary_substation_id,
    (SELECT coalesce(sum(t.shared_wh), 0)::bigint FROM current_energy_transactions t
        WHERE t.community_id = c.id AND t.configuration_id = k.id) AS total_shared_wh,
    (SELECT count(DISTINCT a.id) FROM community_assets a
        JOIN member_pods p ON p.pod = a.pod AND p.community_id = a.community_id
        WHERE a.community_id = c.id AND p.configuration_id = k.id) AS asset_count,
    (SELECT max(g.submission_date) FROM gse_compliance_records g WHERE g.community_id = c.id)
        AS last_gse_submission
FROM energy_communities c
JOIN energy_configurations k ON k.community_id = c.id
"""
