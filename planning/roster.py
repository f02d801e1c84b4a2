"""Who belongs to the synthetic community: members, PODs, plants. Nobody here exists.

POD codes carry the distributor number 999 and the area code 999, which nobody has. Forty members under
one primary substation in Piemonte; the association was founded on 1 February 2024, the PODs joined on
15 February, one household on 12 June, and every plant entered into operation after that.
"""

from dataclasses import dataclass
from datetime import date

from planning.businesses import Business, hours, week
from planning.households import Household
from planning.photovoltaic import Modules, Site
from settlement.domain.case import Member, MemberCategory

COMMUNITY_NAME = "Comunità di esempio (dati sintetici)"
AREA_CODE = "AC999E00001"
PLACE = "borgo"
ZONE = "NORD"
REGION = "Piemonte"
SITE = Site(latitude=44.9, longitude=7.9, altitude_m=260)
JOINED = date(2024, 2, 15)


@dataclass(frozen=True, slots=True)
class Lighting:
    """Street lamps of this power."""

    full_w: int


@dataclass(frozen=True, slots=True)
class RooftopPlant:
    """Modules behind a POD, in operation from 00:00 of a day on."""

    modules: Modules
    entry: date


@dataclass(frozen=True, slots=True)
class Connection:
    """A POD: what it withdraws, what it may inject, from which day it counts, and how its meter reports."""

    member: str
    load: Household | Business | Lighting
    plant: RooftopPlant | None = None
    quarter_hourly: bool = False
    valid_from: date = JOINED


def _plant(power_w: int, tilt: int, azimuth: int, losses: int, entry: date) -> RooftopPlant:
    return RooftopPlant(Modules(power_w, tilt, azimuth, losses), entry)


TOWN_HALL = Business(week(hours((8, 14)), hours((8.5, 12))), 450, 3600, heat_w_per_c=220)
SPORTS_HALL = Business(week(hours((15, 22.5)), hours((9, 20)), hours((9, 13))), 250, 2600)
COLD_STORE = Business(
    week(hours((6, 18)), hours((6, 12))),
    5200,
    9800,
    extra=((week(hours((7, 11.5), (13.5, 16.5))), 9000),),
    heat_w_per_c=420,
    chilled=True,
)
SCHOOL = Business(
    week(hours((7.5, 17))),
    600,
    7200,
    closed_from=date(2024, 6, 10),
    exceptions={date(2024, 6, 8): hours((8, 13))},
)
PARISH = Business(week(hours((8, 18)), hours((16, 19)), hours((8, 12), (17.5, 19))), 180, 1300)
PRO_LOCO = Business(week((), hours((15, 23.5)), hours((10, 23))), 90, 2400)
AMBULANCE = Business(week(hours((0, 24)), hours((0, 24)), hours((0, 24))), 0, 1150, heat_w_per_c=60)
CARE_HOME = Business(
    week(hours((6, 21)), hours((6, 21)), hours((6, 21))),
    5200,
    9200,
    extra=((week(*(hours((6.5, 8.5), (10.5, 13), (16.5, 19)),) * 3), 5200),),
    heat_w_per_c=330,
)
STAIRCASE = Business(week(hours((6, 24)), hours((7, 24)), hours((7, 24))), 280, 640)
GROCERY = Business(
    (hours((8, 13)), *(hours((8, 13), (15.5, 19.5)),) * 5, hours((8.5, 12.5))),
    1900,
    3900,
    heat_w_per_c=170,
    chilled=True,
)
BAKERY = Business(
    ((), *(hours((7, 13), (16.5, 19.5)),) * 5, hours((7.5, 12.5))),
    480,
    1500,
    extra=((((), *(hours((2, 6.5)),) * 6), 10500),),
)
BAR = Business(
    (*(hours((6, 20)),) * 5, hours((6.5, 24)), hours((7, 13), (17, 23))), 650, 2700, heat_w_per_c=110
)
PHARMACY = Business(week(hours((8.5, 12.5), (15, 19.5)), hours((8.5, 12.5))), 520, 1900, heat_w_per_c=120)
HAIRDRESSER = Business(((), *(hours((9, 18.5)),) * 4, hours((8, 18.5)), ()), 70, 1900, heat_w_per_c=80)
WORKSHOP = Business(
    week(hours((8, 12), (13.5, 18))), 160, 2900, extra=((week(hours((9, 11), (14.5, 16))), 3200),)
)

BODIES = (
    Member("comune", MemberCategory.TERRITORIAL_BODY),
    Member("cooperativa", MemberCategory.SME, enterprise=True),
    Member("istituto-comprensivo", MemberCategory.LOCAL_ADMIN),
    Member("parrocchia", MemberCategory.RELIGIOUS_BODY),
    Member("pro-loco", MemberCategory.THIRD_SECTOR),
    Member("croce-verde", MemberCategory.THIRD_SECTOR),
    Member("casa-di-riposo", MemberCategory.PUBLIC_CARE),
    Member("condominio", MemberCategory.CONDOMINIUM),
    Member("alimentari", MemberCategory.SME, enterprise=True),
    Member("panetteria", MemberCategory.SME, enterprise=True),
    Member("bar", MemberCategory.SME, enterprise=True),
    Member("farmacia", MemberCategory.SME, enterprise=True),
    Member("parrucchiera", MemberCategory.SME, enterprise=True),
    Member("officina", MemberCategory.SME, enterprise=True),
)

# 58.8 kW on the sports hall and 88 kW on the cold store, the two plants that the community was founded for.
BODIES_CONNECTIONS = (
    Connection("comune", SPORTS_HALL, _plant(58_800, 12, 170, 130, date(2024, 3, 18)), quarter_hourly=True),
    Connection("comune", TOWN_HALL),
    Connection("comune", Lighting(full_w=6_400)),
    Connection(
        "cooperativa", COLD_STORE, _plant(88_000, 18, 205, 130, date(2024, 4, 22)), quarter_hourly=True
    ),
    Connection("istituto-comprensivo", SCHOOL),
    Connection("parrocchia", PARISH),
    Connection("pro-loco", PRO_LOCO),
    Connection("croce-verde", AMBULANCE),
    Connection("casa-di-riposo", CARE_HOME, quarter_hourly=True),
    Connection("condominio", STAIRCASE),
    Connection("alimentari", GROCERY, quarter_hourly=True),
    Connection("panetteria", BAKERY),
    Connection("bar", BAR),
    Connection("farmacia", PHARMACY),
    Connection("parrucchiera", HAIRDRESSER),
    Connection("officina", WORKSHOP),
)

FAMILIES = (
    Household(residents=2, daytime_presence=True, always_on_w=90),
    Household(residents=4, contract_w=6000, always_on_w=125, cooling=True),
    Household(residents=1, always_on_w=75),
    Household(residents=3, always_on_w=105, away=(14, 22)),
    Household(residents=4, contract_w=6000, always_on_w=140, cooling=True, electric_car=True),
    Household(residents=2, daytime_presence=True, electric_water=True, contract_w=4500),
    Household(residents=1, daytime_presence=True, always_on_w=70),
    Household(residents=3, always_on_w=110, cooling=True),
    Household(residents=5, daytime_presence=True, contract_w=6000, always_on_w=150, cooling=True),
    Household(residents=2, always_on_w=95),
    Household(residents=2, daytime_presence=True, always_on_w=85),
    Household(residents=4, always_on_w=115, contract_w=4500, cooling=True),
    Household(residents=3, daytime_presence=True, contract_w=4500, always_on_w=120),
    Household(residents=1, always_on_w=80, cooling=True),
    Household(residents=2, always_on_w=100, away=(8, 14)),
    Household(residents=4, daytime_presence=True, always_on_w=115),
    Household(residents=3, contract_w=4500, always_on_w=110, cooling=True),
    Household(residents=2, daytime_presence=True, always_on_w=90, electric_water=True),
    Household(residents=1, daytime_presence=True, always_on_w=85),
    Household(residents=3, always_on_w=105),
    Household(residents=4, contract_w=6000, always_on_w=130, cooling=True, electric_car=True),
    Household(residents=2, always_on_w=90, cooling=True),
    Household(residents=2, daytime_presence=True, always_on_w=100),
    Household(residents=3, daytime_presence=True, contract_w=4500, always_on_w=115, cooling=True),
    Household(residents=1, always_on_w=70),
    Household(residents=4, always_on_w=120),
)

# Household number → rooftop plant. The seventh one starts in the middle of the month.
ROOFTOPS = {
    2: _plant(4_500, 20, 180, 140, date(2024, 2, 26)),
    5: _plant(6_000, 22, 225, 140, date(2024, 3, 4)),
    9: _plant(6_000, 20, 135, 140, date(2024, 3, 11)),
    13: _plant(3_600, 25, 190, 150, date(2024, 4, 8)),
    17: _plant(4_200, 20, 260, 140, date(2024, 4, 15)),
    21: _plant(6_000, 18, 180, 140, date(2024, 6, 10)),
    24: _plant(3_000, 22, 100, 150, date(2024, 5, 6)),
}
QUARTER_HOURLY_FAMILIES = frozenset({5, 9, 12})
LATE_FAMILIES = {26: date(2024, 6, 12)}


def family_id(number: int) -> str:
    """famiglia-01 and so on."""
    return f"famiglia-{number:02d}"


def people() -> tuple[Member, ...]:
    """All members."""
    families = (
        Member(family_id(number), MemberCategory.NATURAL_PERSON) for number in range(1, len(FAMILIES) + 1)
    )
    return (*BODIES, *families)


def connections() -> tuple[Connection, ...]:
    """All PODs; their position gives the POD code."""
    families = (
        Connection(
            family_id(number),
            household,
            ROOFTOPS.get(number),
            number in QUARTER_HOURLY_FAMILIES,
            LATE_FAMILIES.get(number, JOINED),
        )
        for number, household in enumerate(FAMILIES, start=1)
    )
    return (*BODIES_CONNECTIONS, *families)


def pod_code(position: int) -> str:
    """Fictitious POD code of the connection at a position."""
    return f"IT999E{position + 1:08d}"
