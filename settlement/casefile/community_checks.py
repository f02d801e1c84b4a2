"""What the tables of community.toml must be to each other."""

from collections import Counter
from collections.abc import Callable, Sequence

from settlement.casefile.drafts import CommunityDraft, PlantDraft, PodDraft
from settlement.casefile.toml_table import Table
from settlement.domain import eligibility
from settlement.domain.case import Plant
from settlement.domain.findings import quote
from settlement.domain.parameters import COMMUNITY_MAX, timeless_micro
from settlement.domain.rulesets import law


def check(draft: CommunityDraft) -> None:
    """Note what the tables contradict in one another."""
    for rule in _RULES:
        rule(draft)


def complete_plant(draft: PlantDraft, plant_id: str) -> Plant | None:
    """The plant under the given id, or None where the draft lacks something."""
    if (
        draft.pod is None
        or draft.source is None
        or draft.power_milliwatt is None
        or draft.entry_into_operation is None
        or draft.region is None
        or draft.grant_micro_pct is None
        or draft.stop_days is None
    ):
        return None
    return Plant(
        id=plant_id,
        pod=draft.pod,
        source=draft.source,
        power_milliwatt=draft.power_milliwatt,
        entry_into_operation=draft.entry_into_operation,
        region=draft.region,
        grant_micro_pct=draft.grant_micro_pct,
        stop_days=draft.stop_days,
        requested_on=draft.requested_on,
    )


def _repeated_ids(draft: CommunityDraft) -> None:
    _note_repeated("member", [(row.table, row.id) for row in draft.members])
    _note_repeated("plant", [(row.table, row.id) for row in draft.plants])
    _note_repeated("configuration", [(row.table, row.id) for row in draft.configurations])


def _note_repeated(kind: str, rows: Sequence[tuple[Table, str | None]]) -> None:
    seen = set()
    for table, row_id in rows:
        if row_id in seen:
            table.note(f"the {kind} {quote(str(row_id))} is listed twice", "id")
        if row_id is not None:
            seen.add(row_id)


def _unknown_references(draft: CommunityDraft) -> None:
    """References to rows that are not listed; not judged where a listed row could not be read."""
    pods, plants = draft.pods, draft.plants
    members = [row.id for row in draft.members]
    configurations = [row.id for row in draft.configurations]
    _note_unlisted("member", members, [(row.table, row.member) for row in pods])
    _note_unlisted("configuration", configurations, [(row.table, row.configuration) for row in pods])
    _note_unlisted("pod", [row.code for row in pods], [(row.table, row.pod) for row in plants])


def _note_unlisted(
    key: str, listed: Sequence[str | None], references: Sequence[tuple[Table, str | None]]
) -> None:
    known = set(listed)
    if None in known:
        return
    for table, reference in references:
        if reference is not None and reference not in known:
            table.note(f"the {key} {quote(reference)} is not listed", key)


def _overlaps(draft: CommunityDraft) -> None:
    by_code: dict[str, list[PodDraft]] = {}
    for row in draft.pods:
        if row.code is not None and row.is_dated:
            by_code.setdefault(row.code, []).append(row)
    for code, rows in by_code.items():
        for position, later in enumerate(rows):
            if any(_overlap(earlier, later) for earlier in rows[:position]):
                later.table.note(f"the validity of POD {code} overlaps that of an earlier row")


def _overlap(one: PodDraft, other: PodDraft) -> bool:
    return _begins_before_end(one, other) and _begins_before_end(other, one)


def _begins_before_end(one: PodDraft, other: PodDraft) -> bool:
    return other.valid_to is None or (one.valid_from is not None and one.valid_from < other.valid_to)


def _moved_plants(draft: CommunityDraft) -> None:
    with_plant = {row.pod for row in draft.plants}
    first: dict[str, str] = {}
    for row in draft.pods:
        if row.code in with_plant and row.code is not None and row.configuration is not None:
            home = first.setdefault(row.code, row.configuration)
            if home != row.configuration:
                sentence = f"a plant stands on POD {row.code}, which stays in configuration {quote(home)}"
                row.table.note(sentence)


def _regions(draft: CommunityDraft) -> None:
    ids = Counter(row.id for row in draft.configurations)
    zones = {row.id: row.zone for row in draft.configurations if ids[row.id] == 1}
    homes: dict[str | None, str | None] = {}
    for pod in draft.pods:
        homes.setdefault(pod.code, pod.configuration)
    for plant in draft.plants:
        zone = zones.get(homes.get(plant.pod)) if plant.pod in homes else None
        if plant.region is not None and zone is not None and law().regions[plant.region].zone != zone:
            own = law().regions[plant.region].zone
            plant.table.note(f"region {plant.region} lies in zone {own}, not in {zone}", "region")


def _limits(draft: CommunityDraft) -> None:
    """Power limits, by the plants that are complete; shares of the whole need all plants."""
    if draft.rule_set is None or draft.parameters_micro is None:
        return
    values = timeless_micro(draft.rule_set, draft.parameters_micro)
    numbered = [complete_plant(row, str(position)) for position, row in enumerate(draft.plants)]
    plants = [plant for plant in numbered if plant is not None]
    found = eligibility.unit_breaches(plants, values["plant_max_kw"])
    if COMMUNITY_MAX in values:
        found += eligibility.community_breaches(plants, values[COMMUNITY_MAX])
    if len(plants) == len(numbered):
        found += eligibility.existing_breaches(plants, values["existing_max_pct"])
    for breach in found:
        draft.plants[int(breach.plant)].table.note(breach.sentence, breach.key)


_RULES: tuple[Callable[[CommunityDraft], None], ...] = (
    _repeated_ids,
    _unknown_references,
    _overlaps,
    _moved_plants,
    _regions,
    _limits,
)
