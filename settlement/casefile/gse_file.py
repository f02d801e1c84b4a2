"""GSE's figures as a file: our import contract, because GSE's own layout is not public (FACTS 7).

`from,to,configuration,plant,figure,value`: instants like those of readings.csv, on the full hour; plant or
configuration empty where the figure is a sum; energy in kWh with at most three decimals, money in euro with
at most two.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from settlement.casefile.csv_file import Columns, open_csv, split_fields, text_lines
from settlement.casefile.fields import Defect, quarter_of
from settlement.domain.case import Community
from settlement.domain.decimals import parse_scaled
from settlement.domain.findings import Finding, quote
from settlement.domain.gse_figures import Figure, Statement

COLUMNS = Columns(("from", "to", "configuration", "plant", "figure", "value"))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_QUARTER = timedelta(minutes=15)
_KWH_DECIMALS, _EUR_DECIMALS = 3, 2


def read_gse_figures(path: Path, community: Community) -> tuple[list[Statement], list[Finding]]:
    """The statements of a file, in its order, and every finding; with findings there are no statements."""
    statements: list[Statement] = []
    findings: list[Finding] = []
    try:
        with path.open("rb") as stream:
            csv = open_csv(path, COLUMNS, stream)
            if isinstance(csv, list):
                return [], csv
            for block in csv.blocks:
                for line, content in text_lines(block):
                    fields = split_fields(content, csv.width)
                    if isinstance(fields, str):
                        findings.append(Finding(path.name, line, fields))
                        continue
                    named = {name: fields[position] for name, position in csv.positions.items()}
                    found = _statement(line, named, community)
                    if isinstance(found, Statement):
                        statements.append(found)
                    else:
                        findings += [Finding(path.name, line, sentence) for sentence in found]
    except OSError as error:
        return [], [Finding(path.name, 1, f"the file cannot be read: {error.strerror}")]
    findings += _repeated(path.name, statements)
    return ([] if findings else statements), sorted(findings)


def _statement(line: int, named: Mapping[str, str], community: Community) -> Statement | list[str]:
    start, end = _hour("from", named["from"]), _hour("to", named["to"])
    problems = [row for row in (start, end) if isinstance(row, str)]
    if isinstance(start, datetime) and isinstance(end, datetime) and end <= start:
        problems.append("to is not after from")
    problems += _unknown(named, community)
    value: int | None = None
    if named["figure"] not in list(Figure):
        problems.append(f"figure is {quote(named['figure'])}, not one of {', '.join(Figure)}")
    else:
        decimals = _KWH_DECIMALS if Figure(named["figure"]).is_energy else _EUR_DECIMALS
        value = parse_scaled(named["value"], decimals)
        if value is None:
            problems.append(
                f"value is {quote(named['value'])}, not a plain decimal of at most {decimals} places"
            )
    if problems or value is None or isinstance(start, str) or isinstance(end, str):
        return problems
    return Statement(line, start, end, named["configuration"], named["plant"], Figure(named["figure"]), value)


def _hour(name: str, text: str) -> datetime | str:
    quarter = quarter_of(text)
    if isinstance(quarter, Defect):
        return quarter.sentence.replace("interval_start", name, 1)
    if quarter % 4:
        return f"{name} is {quote(text)}, not on the full hour"
    return _EPOCH + quarter * _QUARTER


def _unknown(named: Mapping[str, str], community: Community) -> Iterator[str]:
    plants = {plant.id for plant in community.plants}
    configurations = {row.id for row in community.configurations}
    if named["plant"] and named["plant"] not in plants:
        yield f"the plant {quote(named['plant'])} is not one of the case"
    if named["configuration"] and named["configuration"] not in configurations:
        yield f"the configuration {quote(named['configuration'])} is not one of the case"


def _repeated(file: str, statements: list[Statement]) -> Iterator[Finding]:
    seen = set()
    for row in statements:
        key = (row.start, row.end, row.configuration, row.plant, row.figure)
        if key in seen:
            yield Finding(file, row.line, f"{row.figure} is stated twice for the same place and time")
        seen.add(key)
