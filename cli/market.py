"""`condivisa market`: what lies beside the incentive: bands, dedicated withdrawal, net metering, fees."""

from decimal import Decimal
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from cli.case_file import CaseArgument, complete_case
from cli.failures import EXIT_BAD_INPUT, EXIT_REFUSED, explained, stop
from settlement.domain.canonical import canonical_json
from settlement.domain.decimals import parse_scaled
from settlement.domain.market.net_metering import NetMeteringRefused, net_metering
from settlement.domain.market.report import market_document, metering_document
from settlement.domain.rounding import plain_text

app = typer.Typer(
    name="market",
    help="What lies beside the incentive: time bands, dedicated withdrawal, net metering, GSE's fees.",
    no_args_is_help=True,
)

Json = Annotated[bool, typer.Option("--json", help="Canonical JSON on standard output.")]
_MICRO_DECIMALS = 6


@app.command()
def services(case: CaseArgument, json: Json = False) -> None:
    """Energy by time band, dedicated withdrawal (ritiro dedicato) by plant and year, GSE's yearly fees.

    Injected energy is the producer's and is sold apart from the incentive: this is what GSE would pay for it
    at zonal prices, raised to the guaranteed minimum where one applies and is known.
    """
    with explained():
        document = market_document(complete_case(case))
    if json:
        typer.echo(canonical_json(document).decode(), nl=False)
        return
    console = Console(highlight=False)
    console.print(_bands(document))
    console.print(_withdrawal(document))
    console.print(_fees(document))


@app.command()
def metering(
    case: CaseArgument,
    national: Annotated[
        str, typer.Option(metavar="EUR/MWH", help="Price of the withdrawn energy (PUN), stated by you.")
    ],
    service_value: Annotated[
        str, typer.Option("--services", metavar="EUR/MWH", help="Unit value of grid services (CU_Sf).")
    ],
    json: Json = False,
) -> None:
    """Simulate net metering (scambio sul posto) of the PODs with a plant. `cacer-2024` refuses it."""
    prices = (_price("--national", national), _price("--services", service_value))
    with explained():
        given = complete_case(case)
        try:
            rows = [metering_document(row) for row in net_metering(given, *prices)]
        except NetMeteringRefused as error:
            stop(str(error), EXIT_REFUSED)
    if json:
        typer.echo(canonical_json({"net_metering": rows}).decode(), nl=False)
        return
    table = _table("Net metering, simulated", "POD", "injected", "withdrawn", "exchanged", "contribution")
    for row in rows:
        energy = (_kwh(row[name]) for name in ("injected_wh", "withdrawn_wh", "exchanged_wh"))
        table.add_row(str(row["pod"]), *energy, f"{row['contribution_eur']} €")
    Console(highlight=False).print(table)


def _price(option: str, text: str) -> int:
    micro = parse_scaled(text, _MICRO_DECIMALS)
    if micro is None:
        stop(f"{option} is {text!r}, not a plain decimal like 112.5 (euro per MWh)", EXIT_BAD_INPUT)
    return micro


def _bands(document: dict[str, Any]) -> Table:
    table = _table("Energy by time band", "member", "direction", "F1", "F2", "F3")
    for member, directions in document["bands"].items():
        for direction, energy in directions.items():
            table.add_row(member, direction, *(_kwh(energy[band]) for band in ("F1", "F2", "F3")))
    return table


def _withdrawal(document: dict[str, Any]) -> Table:
    table = _table(
        "Dedicated withdrawal, before fees", "plant", "year", "injected", "zonal", "minimum", "paid", ""
    )
    for row in document["dedicated_withdrawal"]:
        minimum = row["minimum_eur_per_mwh"]
        table.add_row(
            row["plant"],
            str(row["year"]),
            _kwh(row["injected_wh"]),
            _euro(row["zonal_exact_eur"]),
            "–" if minimum is None else f"{minimum} €/MWh",
            f"{row['paid_eur']} €",
            "provisional" if row["provisional"] else "",
        )
    reasons = {row["minimum_absent_because"] for row in document["dedicated_withdrawal"]} - {None}
    table.caption = "\n".join(f"no minimum: {reason}" for reason in sorted(reasons)) or None
    return table


def _fees(document: dict[str, Any]) -> Table:
    table = _table("GSE's fee of the year, without VAT", "plant", "year", "fee")
    for row in document["gse_fees"]:
        table.add_row(row["plant"], str(row["year"]), f"{row['fee_eur']} €")
    return table


def _table(title: str, *names: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", caption_justify="left")
    for position, name in enumerate(names):
        table.add_column(name, justify="left" if position == 0 else "right", overflow="fold")
    return table


def _kwh(energy_wh: object) -> str:
    assert isinstance(energy_wh, int)
    return f"{plain_text(energy_wh, 3)} kWh"


def _euro(exact_text: str) -> str:
    return f"{Decimal(exact_text):.2f} €"
