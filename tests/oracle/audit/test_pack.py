"""
audit
├── given the pack as it was made
│   └── it should match, naming each check
├── given a changed file
│   ├── when nothing else was changed … it should name the file by its hash
│   └── when every hash was made to fit … it should name the figure that does not come out
└── given a member more or less
    └── it should name it
"""

import contextlib
import hashlib
import itertools
import json
from typing import Any

import pytest

from oracle.audit.differences import PackUnreadable
from oracle.audit.pack import audit
from settlement.domain.canonical import canonical_json
from tests.oracle.audit.forging import fields_of, forged, other, rehashed, with_value

pytestmark = pytest.mark.node
Files = dict[str, bytes]

# What no recomputation can know, because the chain alone does: `verify pack --rpc` compares these.
CHAIN_ALONE = {
    "settlements/1/settlement.json": {"source", "verified"},
    "settled.json": {"transaction", "block", "block_hash", "chain_id", "ledger", "vault", "community"},
    "tree.json": {"payee", "owner"},
}


def refused(files: Files, rules: Files) -> str:
    """The difference that the auditor names."""
    found = audit(files, rules)
    assert found.difference is not None
    assert found.facts is None
    return found.difference


def test_audit__pack_as_it_was_made__matches_and_names_each_check(files: Files, rules: Files) -> None:
    found = audit(files, rules)
    assert found.difference is None
    assert [line.split(":")[0] for line in found.compared] == [
        "manifest", "rules of cacer-2024", "settlements/1/settlement.json", "evidence", "receipts",
        "division.json", "tree.json", "settled.json", "days/",
    ]  # fmt: skip
    assert found.compared[-1].startswith("days/: 31 lists")


def test_audit__facts__are_the_distributions(files: Files, rules: Files) -> None:
    facts = audit(files, rules).facts
    assert facts is not None
    settled = json.loads(files["settled.json"])
    assert "0x" + facts.evidence.hex() == settled["evidence"]
    assert "0x" + facts.top.root.hex() == settled["root"]
    assert facts.division.amount == 1_234_560_000
    assert facts.shared_wh == json.loads(files["settlements/1/settlement.json"])["shared_wh"]
    assert len(facts.days) == 31


def names(files: Files) -> list[str]:
    """One file of each kind."""
    days = sorted(name for name in files if name.startswith("days/"))
    return [name for name in sorted(files) if name != "manifest.json" and name not in days[1:]]


def test_audit__byte_of_any_file_changed__is_named_by_its_hash(files: Files, rules: Files) -> None:
    for name in names(files):
        content = files[name]
        changed = content[:-2] + bytes([content[-2] ^ 1]) + content[-1:]
        assert refused({**files, name: changed}, rules).startswith(f"manifest.json: files.{name}: "), name


def test_audit__file_left_out__is_named(files: Files, rules: Files) -> None:
    for name in names(files):
        fewer = {one: content for one, content in files.items() if one != name}
        assert f"files.{name} does not belong here" in refused(fewer, rules), name


def test_audit__needed_file_left_out_of_the_manifest_too__is_refused(files: Files, rules: Files) -> None:
    for name in names(files):
        themes = ("premium.toml", "incentive.toml")
        if name.startswith("days/") or (name.startswith("rules/") and not name.endswith(themes)):
            continue  # a settlement needs no other rules
        if name == "rules/seed/incentive.toml":
            continue  # this one follows the law
        fewer = {one: content for one, content in files.items() if one != name}
        refused(rehashed(fewer, json.loads(files["manifest.json"])), rules)


def test_audit__file_more__is_named(dayless: Files, rules: Files) -> None:
    more = rehashed({**dayless, "extra.txt": b"x"}, json.loads(dayless["manifest.json"]))
    assert refused(more, rules) == "extra.txt: the file does not belong into a pack"


JSON_FILES = (
    "settlements/1/settlement.json",
    "division.json",
    "tree.json",
    "settled.json",
    "receipts/1.json",
)


@pytest.mark.parametrize("name", JSON_FILES)
def test_audit__any_field_changed_and_every_hash_made_to_fit__is_refused(
    dayless: Files, rules: Files, name: str
) -> None:
    document = json.loads(dayless[name])
    excepted = CHAIN_ALONE.get(name, set())
    tried = 0
    for path, value in fields_of(document):
        if path[-1] in excepted:
            continue
        tried += 1
        changed = canonical_json(with_value(document, path, other(value)))
        difference = refused(forged(dayless, name, changed), rules)
        assert name in difference or "settled.json" in difference, (path, difference)
    assert tried >= 8


def test_audit__source_worded_otherwise__comes_out_and_is_said(dayless: Files, rules: Files) -> None:
    name = "settlements/1/settlement.json"
    document = json.loads(dayless[name])
    document["rules"]["parameters_used"]["plant_max_kw"] |= {"source": "An older wording", "verified": False}
    found = audit(forged(dayless, name, canonical_json(document)), rules)
    assert found.difference is None
    assert found.compared[1].endswith("; source or status worded otherwise when settled: plant_max_kw")


@pytest.mark.parametrize("row", [{"source": ""}, {"verified": "yes"}, {"source": None}, {"value": "999"}])
def test_audit__parameter_without_source_status_or_value__is_refused(
    dayless: Files, rules: Files, row: dict[str, Any]
) -> None:
    name = "settlements/1/settlement.json"
    document = json.loads(dayless[name])
    document["rules"]["parameters_used"]["plant_max_kw"] |= row
    difference = refused(forged(dayless, name, canonical_json(document)), rules)
    assert difference.startswith(f"{name}: rules.parameters_used.plant_max_kw.")


def test_audit__any_field_of_a_day_changed__is_refused(files: Files, rules: Files) -> None:
    """But for what only its hash holds: an id or a commitment together with its roots, and the blinding."""
    name = min(one for one in files if one.startswith("days/"))
    document = json.loads(files[name])
    for path, value in fields_of(document):
        if path[-1] in ("blinding", "predecessor"):
            continue  # part of the report's id alone, which the ledger holds
        difference = refused(
            forged(files, name, canonical_json(with_value(document, path, other(value)))), rules
        )
        assert difference.startswith(name), (path, difference)


def test_audit__any_field_of_the_manifest_changed__is_refused(dayless: Files, rules: Files) -> None:
    document = json.loads(dayless["manifest.json"])
    for path, value in fields_of(document):
        changed = with_value(document, path, other(value))
        if path == ("kind",):
            with pytest.raises(PackUnreadable, match="no pack of kind"):
                audit({**dayless, "manifest.json": canonical_json(changed)}, rules)
        else:
            refused({**dayless, "manifest.json": canonical_json(changed)}, rules)


def test_audit__any_parameter_of_the_rules_changed__is_refused(dayless: Files, rules: Files) -> None:
    name = "rules/cacer_2024/incentive.toml"
    lines = dayless[name].decode().splitlines(keepends=True)
    overridden = {"fc_north_eur_per_mwh", "fc_south_eur_per_mwh", "tras_e_eur_per_mwh"}
    key, tried = "", 0
    for number, line in enumerate(lines):
        key = line.split('"')[1] if line.startswith("key") else key
        if line.startswith("value") and key not in overridden:
            tried += 1
            changed = [*lines[:number], line.replace('"\n', '1"\n'), *lines[number + 1 :]]
            assert key in refused(forged(dayless, name, "".join(changed).encode()), rules)
    assert tried > 10


LAW = (
    ("value = 2021-12-16", "value = 2021-12-15"),
    ('"premium_years"\nvalue = "20"', '"premium_years"\nvalue = "21"'),
    ('"grant_max_pct"\nvalue = "40"', '"grant_max_pct"\nvalue = "50"'),
    ('"reduction_at_grant_max_pct"\nvalue = "50"', '"reduction_at_grant_max_pct"\nvalue = "40"'),
    ('["200", "600"]', '["300", "600"]'),
    ('["NATURAL_PERSON"]', '["SME"]'),
    ("valid_from = 2025-06-26", "valid_from = 2024-06-26"),
    ('"Sardegna", "Sicilia"]', '"Sardegna"]'),
    ('["Calabria"]', '["Calabria", "Toscana"]'),
)


@pytest.mark.parametrize(("old", "new"), LAW)
def test_audit__law_changed__differs_from_the_auditors_own_copy(
    dayless: Files, rules: Files, old: str, new: str
) -> None:
    name = "rules/cacer_2024/premium.toml"
    text = dayless[name].decode()
    assert old in text
    difference = refused(forged(dayless, name, text.replace(old, new, 1).encode()), rules)
    assert difference.startswith("rules: ")
    assert "the auditor's own copy" in difference


INPUTS = (
    ("community.toml", 'rule_set = "cacer-2024"', 'rule_set = "seed"'),
    ("community.toml", 'allocation = "SHARED_BOTH"', 'allocation = "EQUAL"'),
    ("community.toml", "producers = 7000, social = 2000", "producers = 7001, social = 1999"),
    ("community.toml", 'power_kw = "99.5"', 'power_kw = "300.5"'),
    ("community.toml", "to = 2024-08-01", "to = 2024-07-31"),
    ("community.toml", 'category = "TERRITORIAL_BODY"', 'category = "LARGE_ENTERPRISE"'),
    ("community.toml", 'member = "P1"', 'member = "P2"'),
    ("community.toml", "valid_from = 2024-01-01", "valid_from = 2024-07-02"),
    ("community.toml", 'region = "Piemonte"', 'region = "Toscana"'),
    ("community.toml", "entry_into_operation = 2024-01-10", "entry_into_operation = 2024-07-10"),
    ("prices.csv", "2024-07-01T13:00+02:00,NORD,", "2024-07-01T13:00+02:00,NORD,1"),
    ("readings.csv", "2024-07-01T13:00+02:00,IT001E00000002,withdrawn,", None),
    ("readings.csv", "2024-07-01T13:00+02:00,IT001E00000001,injected,", None),
)  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new"), INPUTS)
def test_audit__input_changed_and_every_hash_made_to_fit__is_refused(
    dayless: Files, rules: Files, name: str, old: str, new: str | None
) -> None:
    path = f"settlements/1/{name}"
    text = dayless[path].decode()
    assert old in text, text[:3000]
    wanted = old + "1" if new is None else new
    difference = refused(forged(dayless, path, text.replace(old, wanted, 1).encode()), rules)
    assert difference.startswith("settlements/1/") or "tree.json" in difference, difference


def test_audit__reading_left_out__is_a_gap_and_never_zero(dayless: Files, rules: Files) -> None:
    path = "settlements/1/readings.csv"
    lines = dayless[path].decode().splitlines(keepends=True)
    del lines[100]
    difference = refused(forged(dayless, path, "".join(lines).encode()), rules)
    assert difference.startswith(f"{path}: IT001E")
    assert "lacks the reading of hour" in difference


def test_audit__reading_twice__is_refused(dayless: Files, rules: Files) -> None:
    path = "settlements/1/readings.csv"
    lines = dayless[path].decode().splitlines(keepends=True)
    lines.insert(7, lines[6])
    assert (
        refused(forged(dayless, path, "".join(lines).encode()), rules)
        == f"{path}:8: the reading stands twice"
    )


ODD = (None, True, -1, "", [], {}, 10**400, "9" * 5000, "0x")


@pytest.mark.parametrize("name", [*JSON_FILES[1:], "manifest.json"])
def test_audit__value_of_another_kind__is_refused_without_a_crash(
    dayless: Files, rules: Files, name: str
) -> None:
    document, odd = json.loads(dayless[name]), itertools.cycle(ODD)
    for path, value in fields_of(document):
        wrong = next(one for one in odd if one != value)
        text = json.dumps(with_value(document, path, wrong), ensure_ascii=False, sort_keys=True, indent=2)
        changed = {**dayless, name: text.encode() + b"\n"}
        if name == "manifest.json":
            with contextlib.suppress(PackUnreadable):
                refused(changed, rules)
        else:
            refused(rehashed(changed, json.loads(dayless["manifest.json"])), rules)


@pytest.mark.parametrize(
    "text", ["", "x = 1", "[plants]\nfirst_new_day = 1", "= no TOML", 'inherits = "law"']
)
def test_audit__rule_file_that_is_none__is_refused(dayless: Files, rules: Files, text: str) -> None:
    for name in ("cacer_2024/premium.toml", "cacer_2024/incentive.toml"):
        difference = refused(forged(dayless, f"rules/{name}", text.encode()), rules)
        assert difference.startswith("rules"), difference


def test_audit__no_manifest__is_no_pack(dayless: Files, rules: Files) -> None:
    fewer: dict[str, Any] = {name: content for name, content in dayless.items() if name != "manifest.json"}
    with pytest.raises(PackUnreadable, match=r"no member \"manifest\.json\""):
        audit(fewer, rules)


def test_pack__evidence__is_the_one_that_was_stored_when_the_period_was_closed(files: Files) -> None:
    manifest = files["settlements/1/manifest.sha256"]
    found = hashlib.sha256(manifest).hexdigest()
    assert json.loads(files["settled.json"])["evidence"] == "0x" + found


def test_pack__personal_data__no_iban_and_no_salt(files: Files) -> None:
    everything = b"".join(files.values())
    assert b"IT60X0542811101000000123456" not in everything
    assert b'"salt"' not in everything
