"""Every finding of community.toml, at the line of its table or key."""

from pathlib import Path

import pytest

from tests.settlement.casefile.folders import COMMUNITY, FILES, findings_of, line_of, replaced

TOML = "community.toml"
TWO_CONFIGURATIONS = (
    COMMUNITY.replace('area_code = "AC001E00123"\nzone = "NORD"\n', "")
    .replace('member = "PS"\n', 'member = "PS"\nconfiguration = "K1"\n')
    .replace('member = "CO"\n', 'member = "CO"\nconfiguration = "K2"\n')
    + '\n[[configurations]]\nid = "K1"\narea_code = "AC001E00123"\nzone = "NORD"\n'
    + '\n[[configurations]]\nid = "K2"\narea_code = "AC001E00124"\nzone = "NORD"\n'
)

# (name, text to replace, replacement, snippet of the line that the finding names, part of its sentence)
CHANGES = [
    ("rule_set unknown", '"cacer-2024"', '"law"', "rule_set", "not one of cacer-2024, seed"),
    ("rule_set missing", 'rule_set = "cacer-2024"\n', "", "from", "rule_set is missing"),
    ("from without offset", "00:00:00+02:00\nto", "00:00:00\nto", "from", "offset date-time"),
    ("from is a text", "2024-07-01T00:00:00+02:00\nto", '"2024-07-01"\nto', "from", "offset date-time"),
    ("from off the hour", "00:00:00+02:00\nto", "00:30:00+02:00\nto", "from", "full hour"),
    ("from a second late", "00:00:00+02:00\nto", "00:00:01+02:00\nto", "from", "full hour"),
    (
        "from before all data",
        "2024-07-01T00:00:00+02:00\nto",
        "0001-01-01T00:00:00+02:00\nto",
        "from",
        "years",
    ),
    ("to not after from", "T03:00:00", "T00:00:00", "to =", "not after from"),
    ("to centuries after from", "to = 2024", "to = 2424", "to =", "36525 days after from"),
    ("attribution unknown", '"ENTRY_ORDER"', '"FIRST"', "attribution", "not one of ENTRY_ORDER"),
    ("allocation unknown", '"SHARED_BOTH"', '"BOTH"', "allocation", "not one of SHARED_INJECTION"),
    ("allocation not built", '"SHARED_BOTH"', '"PRIORITY"', "allocation", "PRIORITY is not built yet"),
    (
        "source of a parameter without value",
        "[community]",
        '[parameter_sources]\nplant_max_kw = "Resolution 3"\n[community]',
        "plant_max_kw",
        "no value under [parameters]",
    ),
    (
        "source of a parameter that is no text",
        "[community]",
        "[parameter_sources]\ntras_e_eur_per_mwh = 3\n[community]",
        "tras_e_eur_per_mwh = 3",
        "is not a text",
    ),
    ("revenue a float", '"221.15"', "221.15", "revenue_eur", "float 221.15"),
    ("revenue negative", '"221.15"', '"-1"', "revenue_eur", "not a plain decimal"),
    (
        "revenue a longer integer than any",
        '"221.15"',
        "0x" + "f" * 5000,
        "revenue_eur",
        "more than 1000 digits",
    ),
    ("share a longer integer than any", "7000", "0x" + "f" * 5000, "shares_bps", "more than 1000 digits"),
    (
        "table in an unknown one",
        "[[plants]]",
        "[foo.bar]\nx = 1\n[[plants]]",
        "[foo.bar]",
        '"foo" is unknown',
    ),
    ("revenue negative integer", '"221.15"', "-1", "revenue_eur", "negative"),
    ("revenue with three decimals", '"221.15"', '"221.150"', "revenue_eur", "at most 2 places"),
    ("revenue with exponent", '"221.15"', '"2e2"', "revenue_eur", "not a plain decimal"),
    ("revenue with plus", '"221.15"', '"+2"', "revenue_eur", "not a plain decimal"),
    ("revenue with blank", '"221.15"', '" 2"', "revenue_eur", "not a plain decimal"),
    ("revenue without digits", '"221.15"', '".5"', "revenue_eur", "not a plain decimal"),
    ("revenue a flag", '"221.15"', "true", "revenue_eur", "not a decimal text"),
    ("revenue in other digits", '"221.15"', '"٢٢"', "revenue_eur", "not a plain decimal"),
    ("parameter unknown", "tras_e_eur_per_mwh", "tras_e", "tras_e =", "not a parameter"),
    ("parameter a float", '"8.22"', "8.22", "tras_e", "float 8.22"),
    ("parameter infinite", '"8.22"', "inf", "tras_e", "float inf"),
    ("parameter with seven decimals", '"8.22"', '"8.2200001"', "tras_e", "at most 6 places"),
    (
        "parameters not a table",
        '[parameters]\ntras_e_eur_per_mwh = "8.22"',
        "[[parameters]]",
        "[[param",
        "table",
    ),
    ("name missing", 'name = "Esempio"\n', "", "[community]", "name is missing"),
    ("name not a text", '"Esempio"', "5", "name", "not a text"),
    ("area_code odd", '"AC001E00123"', '"AC01E00123"', "area_code", "has not the form"),
    ("area_code with line end", '"AC001E00123"', '"AC001E00123\\n"', "area_code", "has not the form"),
    ("zone unknown", '"NORD"', '"NORTH"', "zone", "not one of NORD"),
    ("shares not all", ", grid = 1000", "", "shares_bps", "grid is missing"),
    ("shares one too many", "grid = 1000", "grid = 1000, other = 0", "shares_bps", '"other" is unknown'),
    ("shares not 10000", "7000", "6999", "shares_bps", "adds up to 9999"),
    (
        "shares negative",
        "producers = 7000, social = 2000",
        "producers = 9001, social = -1",
        "shares_bps",
        "social",
    ),
    ("shares a float", "7000", "7000.0", "shares_bps", "producers is not a whole number"),
    ("shares a flag", "grid = 1000", "grid = true", "shares_bps", "grid is not a whole number"),
    ("member without id", 'id = "PS"\n', "", "[[members]]", "id is missing"),
    ("member id empty", 'id = "PS"', 'id = ""', 'id = ""', "id is empty"),
    ("member repeated", 'id = "CO"', 'id = "PS"', None, '"PS" is listed twice'),
    ("category unknown", '"NATURAL_PERSON"', '"PERSON"', "category", "not one of"),
    ("category excluded", '"LOCAL_ADMIN"', '"LARGE_ENTERPRISE"', "LARGE", "cannot be a member"),
    (
        "enterprise not a flag",
        "enterprise = false",
        'enterprise = "no"',
        "enterprise",
        "neither true nor false",
    ),
    ("pod code odd", 'code = "IT001E00000002"', 'code = "IT001E0000002"', "E0000002", "has not the form"),
    (
        "pod code in other digits",
        'code = "IT001E00000002"',
        'code = "IT٠٠١E00000002"',
        "٠",
        "has not the form",
    ),
    ("pod of nobody", 'member = "CO"', 'member = "XX"', '"XX"', 'the member "XX" is not listed'),
    ("pod without beginning", "valid_from = 2024-01-01\n\n", "\n", "[[pods]]", "valid_from is missing"),
    ("pod valid from a time", "2024-01-01\n\n", "2024-01-01T00:00:00Z\n\n", "T00:00:00Z", "not a date"),
    ("pod ends before it begins", "valid_to = 2025-01-01", "valid_to = 2024-01-01", "valid_to", "not after"),
    (
        "plant repeated",
        "grant_pct",
        'grant_pct = "0"\n[[plants]]\nid = "P1"\ngrant_pct',
        None,
        "listed twice",
    ),
    ("plant on no pod", 'pod = "IT001E00000001"', 'pod = "IT001E00000009"', "pod =", "is not listed"),
    ("source unknown", '"photovoltaic"', '"sun"', "source", "not one of photovoltaic"),
    ("power zero", '"50"', '"0.000000"', "power_kw", "not above 0"),
    ("power a float", '"50"', "50.0", "power_kw", "float 50.0"),
    ("power negative", '"50"', '"-50"', "power_kw", "not a plain decimal"),
    ("power above the limit", '"50"', '"1000.000001"', "power_kw", "limit is 1000 kW"),
    ("entry not a date", "2024-05-10", '"2024-05-10"', "entry_into", "not a date"),
    ("plant too old", "2024-05-10", "2021-12-15", "entry_into", "limit is 30 %"),
    ("region unknown", '"Piemonte"', '"Piedmont"', "region", "not one of"),
    ("region in another zone", '"Piemonte"', '"Lazio"', "region", "zone CSUD, not in NORD"),
    (
        "stops negative",
        'grant_pct = "20"',
        'grant_pct = "20"\nstop_days = -1',
        "stop_days",
        "not a whole number",
    ),
    (
        "request on no day",
        'grant_pct = "20"',
        'grant_pct = "20"\nrequested_on = "2024-09-07"',
        "requested_on",
        "not a date",
    ),
    (
        "late policy unknown",
        "rule_set =",
        'late_request_policy = "X"\nrule_set =',
        "late_request_policy",
        "not one of TRUNCATE, REJECT",
    ),
    ("storage in words", 'member = "CO"', 'member = "CO"\nstorage = "yes"', "storage", "neither true nor"),
    (
        "storage policy unknown",
        "rule_set =",
        'storage_policy = "X"\nrule_set =',
        "storage_policy",
        "not one of",
    ),
    ("grant above forty", 'grant_pct = "20"', 'grant_pct = "40.000001"', "grant_pct", "above 40"),
    ("key unknown at the top", "rule_set =", "rules = 1\nrule_set =", "rules", '"rules" is unknown'),
    ("key unknown in a member", 'id = "PS"', 'id = "PS"\nrole = "x"', "role", '"role" is unknown'),
    ("key unknown, quoted", 'id = "PS"', 'id = "PS"\n"a b".c = 1', '"a b"', '"a b" is unknown'),
    (
        "configuration named for nothing",
        'member = "PS"',
        'member = "PS"\nconfiguration = "K"',
        '"K"',
        "unknown",
    ),
    ("sharing rules without PRIORITY", "[community]", "[[sharing_rules]]\n[community]", "sharing", "unknown"),
    ("members not tables", "[parameters]", "members = [1]\n[parameters]", None, None),
    ("syntax error", 'name = "Esempio"', 'name = "Esempio', "name", "not valid TOML"),
    ("key twice", 'name = "Esempio"', 'name = "Esempio"\nname = "Altro"', "Altro", "not valid TOML"),
    ("date that does not exist", "2024-05-10", "2024-02-30", "2024-02-30", "not valid TOML"),
]


@pytest.mark.parametrize(
    ("old", "new", "snippet", "part"), [row[1:] for row in CHANGES], ids=[r[0] for r in CHANGES]
)
def test_read_case__one_clause_broken__is_found_at_its_line(
    tmp_path: Path, old: str, new: str, snippet: str | None, part: str | None
) -> None:
    changed = replaced(TOML, old, new)
    found = findings_of(tmp_path, changed)
    text = str(changed[TOML])
    places = [(finding.file, finding.line) for finding in found if part is None or part in finding.sentence]
    if snippet is not None:
        assert (TOML, line_of(text, snippet)) in places, found
    assert places, found


SECOND_ROW = '\n[[pods]]\ncode = "IT001E00000002"\nmember = "PS"\nvalid_from = {}\n'


def test_read_case__repeated_id__names_the_later_row(tmp_path: Path) -> None:
    (finding,) = findings_of(tmp_path, replaced(TOML, 'category = "NATURAL_PERSON"\n', _REPEATED))
    assert (finding.line, finding.sentence) == (22, 'the member "PS" is listed twice')


_REPEATED = 'category = "NATURAL_PERSON"\n\n[[members]]\nid = "PS"\ncategory = "SME"\n'


def test_read_case__overlapping_validity__names_the_later_row(tmp_path: Path) -> None:
    text = COMMUNITY + SECOND_ROW.format("2024-12-31")
    (finding,) = findings_of(tmp_path, {TOML: text})
    assert finding.line == len(text.splitlines()) - 3
    assert "overlaps" in finding.sentence


def test_read_case__validity_that_follows__is_no_overlap(tmp_path: Path) -> None:
    assert findings_of(tmp_path, {TOML: COMMUNITY + SECOND_ROW.format("2025-01-01")}) == []


@pytest.mark.parametrize(
    ("old", "new", "snippet", "part"),
    [
        ('configuration = "K2"', 'configuration = "K3"', '"K3"', "is not listed"),
        ('configuration = "K2"\n', "", None, "configuration is missing"),
        ('id = "K2"', 'id = "K1"', None, "listed twice"),
        ('name = "Esempio"', 'name = "Esempio"\nzone = "NORD"', "zone", "unknown"),
        ('area_code = "AC001E00124"', 'area_code = "AC1"', '"AC1"', "has not the form"),
    ],
)
def test_read_case__several_configurations_broken__is_found(
    tmp_path: Path, old: str, new: str, snippet: str | None, part: str
) -> None:
    assert old in TWO_CONFIGURATIONS
    text = TWO_CONFIGURATIONS.replace(old, new, 1)
    found = [finding for finding in findings_of(tmp_path, {TOML: text}) if part in finding.sentence]
    assert found
    if snippet is not None:
        assert found[0].line == line_of(text, snippet)


def test_read_case__several_configurations__is_accepted(tmp_path: Path) -> None:
    assert findings_of(tmp_path, {TOML: TWO_CONFIGURATIONS}) == []


def test_read_case__plant_whose_pod_changes_configuration__is_found(tmp_path: Path) -> None:
    rows = '[[pods]]\ncode = "IT001E00000001"\nmember = "PS"\nconfiguration = "K2"\nvalid_from = 2030-01-01\n'
    text = TWO_CONFIGURATIONS.replace(
        "valid_from = 2024-01-01\n", f"{'valid_from = 2024-01-01'}\nvalid_to = 2030-01-01\n", 1
    )
    (finding,) = findings_of(tmp_path, {TOML: text + "\n" + rows})
    assert finding.line == len((text + "\n" + rows).splitlines()) - 4
    assert "stays in configuration" in finding.sentence


def test_read_case__seed_limits__are_those_of_the_specification(tmp_path: Path) -> None:
    seed = COMMUNITY.replace('"cacer-2024"', '"seed"')
    assert findings_of(tmp_path, {TOML: seed.replace('power_kw = "50"', 'power_kw = "100"')}) == []
    (finding,) = findings_of(tmp_path, {TOML: seed.replace('power_kw = "50"', 'power_kw = "100.1"')})
    assert "the limit is 100 kW" in finding.sentence


@pytest.mark.parametrize(
    ("content", "line", "part"),
    [
        (None, 1, "missing"),
        (b"", 1, "rule_set is missing"),
        (b'a = 1\nb = "\xff"\n', 2, "not valid UTF-8"),
        (b"a = [1,\n\n", 2, "not valid TOML"),
        (b"a = " + b"9" * 5000, 1, "not valid TOML"),
        (b"a = " + b"[" * 5000, 1, "nests too deeply"),
        (b"\x00", 1, "not valid TOML"),
    ],
)
def test_read_case__unreadable_community__is_found_and_csv_files_are_still_checked(
    tmp_path: Path, content: bytes | None, line: int, part: str
) -> None:
    found = findings_of(tmp_path, {TOML: content, **replaced("readings.csv", ",1000", ",1e3")})
    assert any(row.file == TOML and row.line == line and part in row.sentence for row in found), found
    assert [row.line for row in found if row.file == "readings.csv"] == [2]


def test_read_case__many_defects__are_found_at_once_and_sorted(tmp_path: Path) -> None:
    changes = {
        TOML: COMMUNITY.replace('"50"', "50.5").replace('"NORD"', '"N"').replace('"LOCAL_ADMIN"', '"X"'),
        **replaced("prices.csv", "-1", "--1"),
        **replaced("readings.csv", ",2000", ","),
    }
    found = findings_of(tmp_path, changes)
    assert found == sorted(found)
    assert [row.file for row in found] == [*[TOML] * 3, "prices.csv", *["readings.csv"]]


def test_read_case__byte_order_mark_and_crlf__are_accepted(tmp_path: Path) -> None:
    changes = {name: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode() for name, text in FILES.items()}
    assert findings_of(tmp_path, changes) == []
