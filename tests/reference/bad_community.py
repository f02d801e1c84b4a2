"""Bad community.toml, clause by clause."""

from __future__ import annotations

from tests.reference.bad import TOML, Bad, toml, whole
from tests.reference.good_case import PLAIN_TOML, POD_1, POD_2

FROM, TO = "from = 2024-07-01T00:00:00+02:00", "to = 2024-07-01T04:00:00+02:00"
REVENUE, SHARES = (
    'revenue_eur = "221.15"',
    "shares_bps = { producers = 7000, social = 2000, grid = 1000 }",
)
P1, P2 = '[[plants]]\nid = "P1"', '[[plants]]\nid = "P2"'
SECOND_ROW = (
    '\n[[pods]]\ncode = "IT001E00000002"\nmember = "PS"\nvalid_from = 2030-01-01\n\n[[plants]]\nid = "P1"'
)
WITHOUT_COMMUNITY = (
    PLAIN_TOML[: PLAIN_TOML.index("[community]")] + PLAIN_TOML[PLAIN_TOML.index("[[members]]") :]
)
POD_2_FROM = 'member = "TB"\nvalid_from = 2024-01-01\n'
UNTIL = 'member = "TB"\nvalid_from = 2024-01-01\nvalid_to = 2029-01-01\n'

TOP = [
    toml("rule_set_unknown", '"cacer-2024"', '"cacer-2023"', "rule_set", at="rule_set"),
    toml("rule_set_missing", 'rule_set = "cacer-2024"\n', "", "rule_set", at="from ="),
    toml("rule_set_number", '"cacer-2024"', "2024", "rule_set", at="rule_set"),
    toml("from_half_past", FROM, "from = 2024-07-01T00:30:00+02:00", "from"),
    toml("from_second_past", FROM, "from = 2024-07-01T00:00:01+02:00", "from"),
    toml("from_without_offset", FROM, "from = 2024-07-01T00:00:00", "from"),
    toml("from_a_date", FROM, "from = 2024-07-01", "from"),
    toml("from_a_string", FROM, 'from = "2024-07-01T00:00:00+02:00"', "from"),
    toml("to_missing", TO + "\n", "", "to", at="rule_set"),
    toml("to_equals_from", TO, "to = 2024-07-01T00:00:00+02:00", "to", at=["to =", "from ="]),
    toml("to_same_instant", TO, "to = 2024-06-30T22:00:00Z", "to", at=["to =", "from ="]),
    toml("to_before_from", TO, "to = 2024-06-30T23:00:00+02:00", "to", at=["to =", "from ="]),
    toml("to_quarter_past", TO, "to = 2024-07-01T04:15:00+02:00", "to"),
    toml("attribution_unknown", '"ENTRY_ORDER"', '"ENTRY"', "attribution", at="attribution"),
    toml("allocation_unknown", '"SHARED_INJECTION"', '"SHARED"', "allocation", at="allocation"),
    toml("revenue_negative", REVENUE, 'revenue_eur = "-1"', "revenue_eur"),
    toml("revenue_three_decimals", REVENUE, 'revenue_eur = "221.155"', "revenue_eur"),
    toml("revenue_float", REVENUE, "revenue_eur = 221.15", "revenue_eur"),
    toml("revenue_exponent", REVENUE, 'revenue_eur = "1e2"', "revenue_eur"),
    toml("revenue_plus", REVENUE, 'revenue_eur = "+5"', "revenue_eur"),
    toml("revenue_empty", REVENUE, 'revenue_eur = ""', "revenue_eur"),
    toml("revenue_comma", REVENUE, 'revenue_eur = "221,15"', "revenue_eur"),
    toml("revenue_bool", REVENUE, "revenue_eur = true", "revenue_eur"),
    toml("revenue_negative_integer", REVENUE, "revenue_eur = -1", "revenue_eur"),
    toml("top_key_unknown", REVENUE, 'revenue = "221.15"', "revenue"),
    toml("top_table_unknown", "[parameters]", '[owner]\nname = "x"\n\n[parameters]', "owner"),
    toml("syntax_error", REVENUE, "revenue_eur = ", at="revenue_eur"),
    toml("key_twice", REVENUE, f'{REVENUE}\nrevenue_eur = "1"', at='revenue_eur = "1"'),
    toml("allocation_priority", '"SHARED_INJECTION"', '"PRIORITY"', "PRIORITY", at="allocation"),
    toml("members_no_array", '[[members]]\nid = "TB"', '[members]\nid = "TB"', at='[members]\nid = "TB"'),
    whole("community_missing", TOML, WITHOUT_COMMUNITY, 1, "community"),
    whole("empty_file", TOML, "", 1),
]

FC = 'fc_north_eur_per_mwh = "10"'
PARAMETERS = [
    toml("parameter_unknown", FC, 'fc_east_eur_per_mwh = "10"', "fc_east_eur_per_mwh"),
    toml("parameter_with_year", FC, '"tras_e_eur_per_mwh@2024" = "10"', "tras_e_eur_per_mwh@2024"),
    toml("parameter_float", FC, "fc_north_eur_per_mwh = 10.5", "fc_north_eur_per_mwh"),
    toml("parameter_exponent", FC, 'fc_north_eur_per_mwh = "1E1"', "fc_north_eur_per_mwh"),
    toml("parameter_plus", FC, 'fc_north_eur_per_mwh = "+10"', "fc_north_eur_per_mwh"),
    toml("parameter_seven_decimals", FC, 'fc_north_eur_per_mwh = "10.0000001"', "fc_north_eur_per_mwh"),
    toml("parameter_words", FC, 'fc_north_eur_per_mwh = "ten"', "fc_north_eur_per_mwh"),
    toml("parameter_infinity", FC, 'fc_north_eur_per_mwh = "inf"', "fc_north_eur_per_mwh"),
    toml("parameter_space", FC, 'fc_north_eur_per_mwh = " 10"', "fc_north_eur_per_mwh"),
    toml("parameter_tras_e_negative", FC, 'tras_e_eur_per_mwh = "-8.22"', "tras_e_eur_per_mwh"),
    toml("parameter_limit_negative", FC, "plant_max_kw = -5", "plant_max_kw"),
]

COMMUNITY = [
    toml("name_missing", 'name = "Esempio"\n', "", "name", at="[community]"),
    toml("name_number", '"Esempio"', "7", "name", at="name"),
    toml("area_code_short", '"AC001E00123"', '"AC001E0123"', "area_code", at="area_code"),
    toml("area_code_lower_case", '"AC001E00123"', '"ac001e00123"', "area_code", at="area_code"),
    toml("area_code_newline", '"AC001E00123"', '"AC001E00123\\n"', "area_code", at="area_code"),
    toml("area_code_missing", 'area_code = "AC001E00123"\n', "", "area_code", at="[community]"),
    toml("zone_unknown", '"NORD"', '"NORTH"', "zone", at="zone"),
    toml("zone_missing", 'zone = "NORD"\n', "", "zone", at="[community]"),
    toml(
        "community_key_unknown", 'name = "Esempio"', 'name = "Esempio"\ncolour = "red"', "colour", at="colour"
    ),
    toml("shares_missing", SHARES + "\n", "", "shares_bps", at="[community]"),
    toml("share_missing", ", grid = 1000", "", "grid", at="shares_bps"),
    toml("share_extra", "grid = 1000", "grid = 1000, fund = 0", "fund", at="shares_bps"),
    toml("share_negative", "7000, social = 2000", "11000, social = -2000", "social", at="shares_bps"),
    toml("shares_below_sum", "7000", "6999", ("10000", "10,000"), at="shares_bps"),
    toml("shares_above_sum", "7000", "7001", ("10000", "10,000"), at="shares_bps"),
    toml("share_string", "producers = 7000", 'producers = "7000"', "producers", at="shares_bps"),
    toml("share_float", "producers = 7000", "producers = 7000.0", "producers", at="shares_bps"),
    toml("share_bool", "2000, grid = 1000", "3000, grid = false", "grid", at="shares_bps"),
]

MEMBERS = [
    toml("member_repeated", 'id = "TB"', 'id = "PS"\n', "PS", at='PS"\n\ncategory = "TERRITORIAL_BODY"'),
    toml("member_id_missing", 'id = "TB"\n', "", "id", at='category = "TERRITORIAL_BODY"'),
    toml("member_id_number", 'id = "TB"', "id = 7", "id", at="id = 7"),
    toml("category_unknown", '"TERRITORIAL_BODY"', '"CITY"', "category", at='category = "CITY"'),
    toml("category_missing", 'category = "TERRITORIAL_BODY"\n', "", "category", at="enterprise"),
    toml(
        "category_large_enterprise",
        'category = "TERRITORIAL_BODY"',
        'category = "LARGE_ENTERPRISE"',
        ("LARGE_ENTERPRISE", "large enterprise"),
    ),
    toml("enterprise_string", "enterprise = false", 'enterprise = "no"', "enterprise"),
    toml("enterprise_integer", "enterprise = false", "enterprise = 0", "enterprise"),
    toml("member_key_unknown", "enterprise = false", "iban = 0", "iban"),
]

PODS = [
    toml("pod_short", 'code = "IT001E00000002"', 'code = "IT001E0000002"', "code"),
    toml("pod_lower_case", 'code = "IT001E00000002"', 'code = "it001E00000002"', "code"),
    toml("pod_lower_control", 'code = "IT001E00000002"', 'code = "IT001E00000002a"', "code"),
    toml("pod_two_controls", 'code = "IT001E00000002"', 'code = "IT001E0000000200"', "code"),
    toml("pod_missing", 'code = "IT001E00000002"\n', "", "code", at='member = "TB"'),
    toml("pod_of_unknown_member", 'member = "TB"', 'member = "XX"', "XX"),
    toml("pod_without_member", 'member = "TB"\n', "", "member", at=POD_2),
    toml("pod_without_valid_from", POD_2_FROM, 'member = "TB"\n', "valid_from"),
    toml(
        "pod_valid_from_string",
        POD_2_FROM,
        'member = "TB"\nvalid_from = "2024-01-01"\n',
        "valid_from",
        at='valid_from = "',
    ),
    toml(
        "pod_valid_from_instant",
        POD_2_FROM,
        'member = "TB"\nvalid_from = 2024-01-01T00:00:00+01:00\n',
        "valid_from",
        at=["valid_from = 2024-01-01T00", POD_2],
    ),
    toml("pod_ends_as_it_begins", "valid_to = 2040-01-01", "valid_to = 2024-01-02", "valid_to"),
    toml("pod_ends_before_it_begins", "valid_to = 2040-01-01", "valid_to = 2023-12-31", "valid_to"),
    toml("pod_key_unknown", "valid_to = 2040-01-01", "until = 2040-01-01", "until"),
    toml("pod_rows_overlap_open", P1, SECOND_ROW, POD_2, at=['member = "PS"\nvalid_from = 2030', POD_2]),
    toml(
        "pod_rows_overlap_by_a_day",
        POD_2_FROM,
        UNTIL + '\n[[pods]]\ncode = "IT001E00000002"\nmember = "PS"\nvalid_from = 2028-12-31\n',
        POD_2,
        at=["valid_from = 2028-12-31", POD_2],
    ),
    toml(
        "pod_names_configuration",
        POD_2_FROM,
        POD_2_FROM + 'configuration = "x"\n',
        "configuration",
        at='configuration = "x"',
    ),
]

THIRD = '''[[plants]]
id = "P3"
pod = "IT001E00000001"
source = "hydro"
power_kw = "50.000001"
entry_into_operation = 2024-01-01
region = "Piemonte"
grant_pct = "0"'''
POWER_2 = 'power_kw = "950.5"'
PLANTS = [
    toml("plant_repeated", 'id = "P2"', 'id = "P1"\n', "P1", at='P1"\n\npod'),
    toml("plant_id_missing", 'id = "P2"\n', "", "id", at='pod = "IT001E00000001"\nsource = "wind"'),
    toml(
        "plant_on_unlisted_pod",
        '"IT001E00000001"\nsource = "wind"',
        f'"{POD_2}9"\nsource = "wind"',
        POD_2 + "9",
    ),
    toml("source_unknown", 'source = "wind"', 'source = "nuclear"', "source"),
    toml("source_missing", 'source = "wind"\n', "", "source", at=POWER_2),
    toml("power_zero", POWER_2, 'power_kw = "0"', "power_kw"),
    toml("power_zero_decimals", POWER_2, 'power_kw = "0.000000"', "power_kw"),
    toml("power_negative", POWER_2, 'power_kw = "-1"', "power_kw"),
    toml("power_float", POWER_2, "power_kw = 950.5", "power_kw"),
    toml("power_exponent", POWER_2, 'power_kw = "9e2"', "power_kw"),
    toml("power_plus", POWER_2, 'power_kw = "+9"', "power_kw"),
    toml("power_seven_decimals", POWER_2, 'power_kw = "9.1234567"', "power_kw"),
    toml("power_missing", POWER_2 + "\n", "", "power_kw", at='source = "wind"'),
    toml("power_other_digits", POWER_2, 'power_kw = "\u0669"', "power_kw"),
    toml("power_underscore", POWER_2, 'power_kw = "9_0"', "power_kw"),
    toml("power_above_limit", POWER_2, 'power_kw = "1000.000001"', ("1000", "1,000")),
    toml(
        "power_above_limit_together", 'source = "wind"', 'source = "photovoltaic"', at=[P1, POWER_2, '"50"']
    ),
    toml("power_above_seed_plant", 'rule_set = "cacer-2024"', 'rule_set = "seed"', "100", at=[P2, POWER_2]),
    toml(
        "power_above_seed_community",
        'rule_set = "cacer-2024"',
        'rule_set = "seed"',
        "200",
        at=[P1, P2, THIRD, '"50"', 'power_kw = "100"', '"50.000001"'],
        also=(('"950.5"', '"100"'), ('grant_pct = "25"\n', f'grant_pct = "25"\n\n{THIRD}\n')),
    ),
    toml("entry_missing", "entry_into_operation = 2022-03-01\n", "", "entry_into_operation", at=POWER_2),
    toml("entry_a_string", "= 2022-03-01", '= "2022-03-01"', "entry_into_operation", at='"2022-03-01"'),
    toml(
        "entry_an_instant", "= 2022-03-01", "= 2022-03-01T00:00:00Z", "entry_into_operation", at="2022-03-01T"
    ),
    toml("region_unknown", 'region = "Veneto"', 'region = "Sicily"', "region"),
    toml("region_lower_case", 'region = "Veneto"', 'region = "veneto"', "region"),
    toml("region_outside_zone", 'region = "Veneto"', 'region = "Toscana"', "Toscana"),
    toml("region_missing", 'region = "Veneto"\n', "", "region", at=POWER_2),
    toml("grant_41", 'grant_pct = "25"', 'grant_pct = "41"', "grant_pct"),
    toml("grant_just_above_40", 'grant_pct = "25"', 'grant_pct = "40.000001"', "grant_pct"),
    toml("grant_negative", 'grant_pct = "25"', 'grant_pct = "-1"', "grant_pct"),
    toml("grant_float", 'grant_pct = "25"', "grant_pct = 25.0", "grant_pct"),
    toml("plant_key_unknown", 'region = "Veneto"', 'region = "Veneto"\nheight = 3', "height", at="height"),
    toml(
        "existing_above_30_pct", "= 2022-03-01", "= 2021-12-15", "30", at=[P2, "entry_into_operation = 2021"]
    ),
]

SOUTH = '\n[[configurations]]\nid = "south"'
CONFIGURATIONS = [
    toml(
        "both_area_code",
        'name = "Esempio"',
        'name = "Esempio"\narea_code = "AC001E00123"',
        "area_code",
        at="area_code",
        base="areas",
    ),
    toml(
        "both_zone", 'name = "Esempio"', 'name = "Esempio"\nzone = "NORD"', "zone", at="zone = ", base="areas"
    ),
    toml("configuration_repeated", 'id = "south"', 'id = "north"\n', at='north"\n\narea', base="areas"),
    toml(
        "configuration_id_missing", 'id = "south"\n', "", "id", at='area_code = "AC001E00124"', base="areas"
    ),
    toml("configuration_zone_unknown", 'zone = "SUD"', 'zone = "SOUTH"', "zone", base="areas"),
    toml(
        "configuration_zone_missing",
        'zone = "SUD"\n',
        "",
        "zone",
        at='area_code = "AC001E00124"',
        base="areas",
    ),
    toml(
        "configuration_area_bad",
        '"AC001E00124"',
        '"AC001E0012X"',
        "area_code",
        at="AC001E0012X",
        base="areas",
    ),
    toml(
        "configuration_key_unknown",
        'zone = "SUD"',
        'zone = "SUD"\nname = "x"',
        "name",
        at='name = "x"',
        base="areas",
    ),
    toml(
        "pod_without_configuration", 'configuration = "south"\n', "", "configuration", at=POD_2, base="areas"
    ),
    toml(
        "pod_of_unknown_configuration",
        'configuration = "south"',
        'configuration = "east"',
        "east",
        base="areas",
    ),
    toml(
        "region_outside_its_configuration", 'region = "Veneto"', 'region = "Puglia"', "Puglia", base="areas"
    ),
    toml(
        "plants_pod_moves",
        "valid_to = 2040-01-01",
        f'valid_to = 2040-01-01\n\n[[pods]]\ncode = "{POD_1}"\nmember = "PS"\nconfiguration = "south"\n'
        "valid_from = 2040-01-01",
        (POD_1, "P1"),
        at=[
            "valid_from = 2040-01-01",
            'configuration = "north"',
            'configuration = "south"',
            P1,
            P2,
            f'pod = "{POD_1}"',
            POD_1,
        ],
        base="areas",
    ),
]

BAD_COMMUNITIES: list[Bad] = TOP + PARAMETERS + COMMUNITY + MEMBERS + PODS + PLANTS + CONFIGURATIONS
