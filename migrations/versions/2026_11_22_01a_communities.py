"""Who and where: communities, configurations, members, PODs, plants, rules, GSE records, tokens."""

from alembic import op

revision = "2026_11_22_01a"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")  # for the exclusion constraint of member_pods
    op.execute(COMMUNITIES)
    op.execute(MEMBERS)
    op.execute(ASSETS)
    op.execute(RECORDS)


def downgrade() -> None:
    op.execute(
        "DROP TABLE api_tokens, gse_compliance_records, sharing_rules, community_assets, member_pods, "
        "community_members, energy_configurations, energy_communities"
    )


COMMUNITIES = """
CREATE TABLE energy_communities (
    id uuid PRIMARY KEY,
    name varchar(255) NOT NULL UNIQUE CHECK (name <> ''),
    legal_type varchar(50) NOT NULL,
    status varchar(50) NOT NULL CHECK (status IN ('pending', 'approved', 'active', 'dissolved')),
    gse_compliance_status varchar(50),
    boundary jsonb CHECK (boundary ->> 'type' IN ('Polygon', 'MultiPolygon')),
    max_radius_m integer CHECK (max_radius_m > 0),
    rule_set varchar(50) NOT NULL,
    attribution varchar(50) NOT NULL,
    allocation varchar(50) NOT NULL,
    producers_bps integer NOT NULL CHECK (producers_bps >= 0),
    social_bps integer NOT NULL CHECK (social_bps >= 0),
    grid_bps integer NOT NULL CHECK (grid_bps >= 0),
    parameters jsonb NOT NULL DEFAULT '{}',
    ledger_id bytea UNIQUE CHECK (octet_length(ledger_id) = 32),
    metadata jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT energy_communities_shares_are_whole CHECK (producers_bps + social_bps + grid_bps = 10000)
);
CREATE TABLE energy_configurations (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES energy_communities (id),
    code varchar(100) NOT NULL,
    area_code varchar(11) NOT NULL CHECK (area_code ~ '^AC[0-9]{3}E[0-9]{5}$'),
    zone varchar(4) NOT NULL CHECK (zone IN ('NORD', 'CNOR', 'CSUD', 'SUD', 'CALA', 'SICI', 'SARD')),
    ledger_id bytea UNIQUE CHECK (octet_length(ledger_id) = 32),
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (community_id, code),
    UNIQUE (community_id, area_code)
);
CREATE INDEX idx_communities_substation ON energy_configurations (area_code);
"""

MEMBERS = """
CREATE TABLE community_members (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES energy_communities (id),
    code varchar(100) NOT NULL CHECK (code <> ''),
    member_type varchar(50) NOT NULL
        CONSTRAINT valid_member_type
        CHECK (member_type IN ('prosumer', 'consumer', 'producer', 'third_party_producer')),
    legal_category varchar(50) NOT NULL,
    enterprise boolean NOT NULL,
    status varchar(50) NOT NULL CHECK (status IN ('pending', 'active', 'left')),
    joined_on date,
    left_on date CHECK (left_on > joined_on),
    payout_channel varchar(10) NOT NULL DEFAULT 'bank' CHECK (payout_channel IN ('wallet', 'bank')),
    wallet_address bytea CHECK (octet_length(wallet_address) = 20),
    iban varchar(34),
    publication_consent boolean NOT NULL DEFAULT false,
    location jsonb CHECK (location ->> 'type' = 'Point'),
    connection_point jsonb,
    sharing_preferences jsonb,
    engagement_metrics jsonb,
    consumption_patterns jsonb,
    response_history jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (community_id, code),
    CONSTRAINT community_members_wallet_has_address
        CHECK (payout_channel <> 'wallet' OR wallet_address IS NOT NULL)
);
CREATE TABLE member_pods (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES energy_communities (id),
    member_id uuid NOT NULL REFERENCES community_members (id),
    configuration_id uuid NOT NULL REFERENCES energy_configurations (id),
    pod varchar(15) NOT NULL CHECK (pod ~ '^IT[0-9]{3}E[0-9]{8}[0-9A-Z]?$'),
    smart_meter_id varchar(100),
    valid_from date NOT NULL,
    valid_to date CHECK (valid_to > valid_from),
    created_at timestamptz NOT NULL DEFAULT now(),
    -- FACTS 1.2: a POD is in one configuration at a time, of whatever community.
    CONSTRAINT member_pods_one_configuration_at_a_time
        EXCLUDE USING gist (pod WITH =, daterange(valid_from, valid_to) WITH &&)
);
CREATE INDEX idx_members_pod ON member_pods (pod);
CREATE INDEX idx_member_pods_community ON member_pods (community_id, member_id);
"""

ASSETS = """
CREATE TABLE community_assets (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES energy_communities (id),
    member_id uuid REFERENCES community_members (id),
    code varchar(100) NOT NULL CHECK (code <> ''),
    pod varchar(15) NOT NULL,
    asset_type varchar(50) NOT NULL,
    power_kw numeric(16, 6) NOT NULL CHECK (power_kw > 0),
    installation_date date NOT NULL,
    region varchar(50) NOT NULL,
    grant_pct numeric(8, 6) NOT NULL DEFAULT 0 CHECK (grant_pct BETWEEN 0 AND 40),
    gse_registration_id varchar(100),
    status varchar(50) NOT NULL DEFAULT 'active',
    degradation_rate numeric(8, 6) CHECK (degradation_rate BETWEEN 0 AND 1),
    maintenance_history jsonb,
    performance_metrics jsonb,
    metadata jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (community_id, code)
);
CREATE INDEX idx_assets_installation ON community_assets (installation_date);
"""

RECORDS = """
CREATE TABLE sharing_rules (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES energy_communities (id),
    priority integer,
    producer_type varchar(50),
    consumer_type varchar(50),
    allocation_method varchar(50) NOT NULL,
    minimum_bps integer CHECK (minimum_bps BETWEEN 0 AND 10000),
    maximum_bps integer CHECK (maximum_bps BETWEEN 0 AND 10000),
    pricing_model jsonb,
    valid_from date NOT NULL,
    valid_to date CHECK (valid_to > valid_from),
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idx_sharing_rules_community ON sharing_rules (community_id, priority);
CREATE TABLE gse_compliance_records (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES energy_communities (id),
    submission_type varchar(100) NOT NULL,
    submission_date timestamptz,
    status varchar(50) NOT NULL,
    response_date timestamptz CHECK (response_date >= submission_date),
    documents jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idx_gse_records_community ON gse_compliance_records (community_id, submission_date);
CREATE TABLE api_tokens (
    id uuid PRIMARY KEY,
    token_hash bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    label varchar(255) NOT NULL,
    role varchar(20) NOT NULL CHECK (role IN ('member', 'administrator', 'auditor')),
    community_id uuid REFERENCES energy_communities (id),
    member_id uuid REFERENCES community_members (id),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT api_tokens_member_is_named CHECK ((role = 'member') = (member_id IS NOT NULL)),
    CONSTRAINT api_tokens_member_has_community CHECK (member_id IS NULL OR community_id IS NOT NULL)
);
"""
