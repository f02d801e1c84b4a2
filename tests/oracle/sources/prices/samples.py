"""Small price files in the layouts of every format, made by hand."""

from datetime import UTC, date, datetime, timedelta

from settlement.domain.calendar import ROME, day_hours, day_start

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<Publication_MarketDocument xmlns="urn:iec62325.351:tc57wg16:451-3:publicationdocument:7:3">
<type>A44</type>
"""


def gme(day: date = date(2024, 10, 27), hours: int | None = None, separator: str = ",") -> bytes:
    """A day by the number of its hours."""
    mark = "," if separator == ";" else "."
    rows = [separator.join(("date", "hour", "PUN", "NORD", "AUST"))]
    rows += [
        separator.join((f"{day:%Y%m%d}", str(hour), f"100{mark}5", f"{hour}{mark}25", "1"))
        for hour in range(1, (hours or day_hours(day)) + 1)
    ]
    return "\n".join(rows).encode()


def utc(day: date = date(2024, 10, 27)) -> bytes:
    """A day by UTC and Italian time."""
    rows = ["data,ora,utc,mercato,NORD,SUD"]
    for hour in range(day_hours(day)):
        at = day_start(day) + timedelta(hours=hour)
        rows.append(f"{at.astimezone(ROME):%Y-%m-%d,%H:%M},{at:%Y-%m-%dT%H:%M:%SZ},MGP,{hour}.5,-1")
    return "\n".join(rows).encode()


def clock(day: date = date(2024, 10, 27)) -> bytes:
    """A day by Italian time alone."""
    rows = ["Date,PUN,NORD"]
    for hour in range(day_hours(day)):
        at = (day_start(day) + timedelta(hours=hour)).astimezone(ROME)
        rows.append(f"{at:%d/%m/%Y %H:%M},100,{hour}")
    return "\n".join(rows).encode()


def entsoe_csv(day: date = date(2024, 10, 27)) -> bytes:
    """A day as the platform exports it."""
    rows = ['"MTU (CET/CEST)","Area","Sequence","Day-ahead Price (EUR/MWh)"']
    for hour in range(day_hours(day)):
        at = (day_start(day) + timedelta(hours=hour)).astimezone(ROME)
        end = (day_start(day) + timedelta(hours=hour + 1)).astimezone(ROME)
        span = f"{at:%d/%m/%Y %H:%M:%S} - {end:%d/%m/%Y %H:%M:%S}"
        rows.append(f'"{span}","BZN|IT-North","","{hour}.5"')
    return "\n".join(rows).encode()


def entsoe_xml(
    points: dict[int, str],
    *,
    start: str = "2024-06-30T22:00Z",
    end: str = "2024-07-01T22:00Z",
    resolution: str = "PT60M",
    curve: str = "A03",
    domain: str = "10Y1001A1001A73I",
) -> bytes:
    """A period of one zone."""
    rows = "".join(
        f"<Point><position>{position}</position><price.amount>{price}</price.amount></Point>\n"
        for position, price in points.items()
    )
    return f"""{HEAD}<TimeSeries><in_Domain.mRID>{domain}</in_Domain.mRID>
<out_Domain.mRID>{domain}</out_Domain.mRID>
<currency_Unit.name>EUR</currency_Unit.name><price_Measure_Unit.name>MWH</price_Measure_Unit.name>
<curveType>{curve}</curveType><Period><timeInterval><start>{start}</start><end>{end}</end></timeInterval>
<resolution>{resolution}</resolution>
{rows}</Period></TimeSeries></Publication_MarketDocument>
""".encode()


SAMPLES = {
    "gme.csv": gme(),
    "utc.csv": utc(),
    "clock.csv": clock(),
    "entsoe.csv": entsoe_csv(),
    "entsoe.xml": entsoe_xml({1: "10.00", 3: "-5.25"}),
}
"""A small sound file of each format by its name."""
FIRST = datetime(2024, 10, 26, 22, tzinfo=UTC)
