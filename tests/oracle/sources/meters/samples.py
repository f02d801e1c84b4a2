"""Small files in the layouts of every format, made by hand."""

import io
import json
from datetime import date, datetime, timedelta

import openpyxl

POD = "IT001E49161679"
OTHER = "IT001E00000002"
GENERATION = "Gesamte gemeinschaftliche Erzeugung [KWH]"
SII_NAME = "09876543210_12345678901_202610_PDO2G_20261102103000_DP0001.xml"


def contract(day: str = "2026-06-01", offset: str = "+02:00", wh: str = "0,250") -> bytes:
    """A day of hours of two PODs."""
    lines = ["data_ora;pod;tipo;energia_kwh"]
    for hour in range(24):
        lines.append(f"{day}T{hour:02d}:00{offset};{POD};prelevata;{wh}")
        lines.append(f"{day}T{hour:02d}:00{offset};{OTHER};immessa;1,5")
    return ("\n".join(lines) + "\n").encode()


def canonical() -> bytes:
    """A day of hours as a case folder holds it."""
    rows = "".join(f"2026-06-01T{hour:02d}:00+02:00,{POD},withdrawn,{hour}\n" for hour in range(24))
    return b"interval_start,pod,direction,wh\n" + rows.encode()


def e_distribuzione(day: date = date(2024, 9, 1), cells: list[str] | None = None) -> bytes:
    """One row, as the portal writes it: quoted, and a separator too many."""
    labels = ";".join(f'"{_clock(slot)}-{_clock(slot + 1)}"' for slot in range(96))
    values = ";".join(f'"{cell}"' for cell in (cells or ["0,1"] * 96))
    return f'"Giorno";{labels}\n"{day:%d/%m/%Y}";{values};\n'.encode()


def _clock(slot: int) -> str:
    return f"{slot // 4 % 24:02d}:{slot % 4 * 15:02d}"


def sii(
    *,
    flow: str = "PDO2G",
    month: str = "10/2026",
    days: dict[int, list[str]] | None = None,
    ka: str = "1",
    kind: str = "E",
    more: str = "",
    distributor: str = "09876543210",
    user: str = "12345678901",
    contract_code: str = "DP0001",
    pod: str = POD,
) -> bytes:
    """A flow of one POD: values of the slots from E1 on by day of the month; blank ones are left out."""
    rows = "".join(
        "<Ea "
        + " ".join(f'E{slot}="{text}"' for slot, text in enumerate(values, 1) if text)
        + f">{day}</Ea>\n"
        for day, values in (days or {1: ["0,058"] * 96}).items()
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<FlussoMisure CodFlusso="{flow}">
<IdentificativiFlusso><PIvaUtente>{user}</PIvaUtente><PIvaDistributore>{distributor}</PIvaDistributore>
<CodContrDisp>{contract_code}</CodContrDisp></IdentificativiFlusso>
<DatiPod><Pod>{pod}</Pod><MeseAnno>{month}</MeseAnno>{more}
<DatiPdp><Trattamento>O</Trattamento><Ka>{ka}</Ka></DatiPdp>
<Misura><Raccolta>T</Raccolta><TipoDato>{kind}</TipoDato><Validato>S</Validato>
{rows}</Misura></DatiPod></FlussoMisure>
""".encode()


def fluvius() -> bytes:
    """An hour of two registers."""
    head = "From (date);From (time);Until (date);Until (time);EAN code;Meter;Meter type;Register;Volume;Unit;"
    lines = [head + "Validation status;Description"]
    for quarter in range(4):
        for register, volume in (("Offtake Day", "0,100"), ("Injection Day", "0,025")):
            lines.append(
                f"22/10/2023;10:{quarter * 15:02d}:00;22/10/2023;10:00:00;"
                f'="541400000000000001";1SAG00000000;Digital meter;{register};{volume};kWh;Read;'
            )
    return "\r\n".join(lines).encode()


def nem12() -> bytes:
    """A day of five-minute intervals, of which the first is a substitute."""
    values = ",".join(["0.00125"] * 288)
    return (
        f"100,NEM12,202401010000,MDP,RET\n200,NMI1,E1B1,E1,E1,,1,KWH,05,\n300,20231019,{values},V,,,20231020,\n"
        "400,1,1,F19,,\n400,2,288,A,,\n900\n"
    ).encode()


def datadis() -> bytes:
    """Three hours, one of them an estimate."""
    rows = [
        {"datetime": f"2022-03-09T0{hour}:00:00", "delta_h": 1, "value_kWh": 0.1675, "real": hour != 2}
        for hour in (1, 2, 3)
    ]
    return json.dumps({"supplies": [{"cups": "ES0"}], "consumptions": rows}, indent=1).encode()


def dsmr_reader() -> bytes:
    """Two hours, both tariffs."""
    return (
        b"Hour Start,Electricity 1 (Low),Electricity 2 (Normal),Electricity 1 Returned (Low),"
        b"Electricity 2 Returned (Normal),Gas\n"
        b"2024-01-01T00:00:00+01:00,0.196,0.004,0,0.5,0.032\n2024-01-01T01:00:00+01:00,0.224,0,0,0,0.056\n"
    )


def solar_edge() -> bytes:
    """Three hours, one of them null."""
    values = [
        {"date": f"2024-10-01 1{hour}:00:00 CEST+0200", "value": value}
        for hour, value in enumerate((163.0, None, 332.5))
    ]
    return json.dumps({"energy": {"timeUnit": "HOUR", "unit": "Wh", "values": values}}).encode()


def e_redes() -> bytes:
    """Four quarter-hours in kW, labelled by their ends."""
    rows = [
        ["Dados Gerais"],
        ["CPE", "PT0002"],
        ["Contador", "Data", "Hora", "Consumo registado, Ativa (kW)", "Estado"],
    ]
    rows += [["1", "2024/09/13", f"00:{minute}", 3.512, "Real"] for minute in (15, 30, 45)]
    rows.append(["1", "2024/09/13", "01:00", 2.292, "Estimada"])
    return workbook({"Leituras": rows})


def eegfaktura() -> bytes:
    """Four quarter-hours of a consumer and a generator."""
    start = datetime(2023, 8, 1)  # noqa: DTZ001 - a wall clock
    rows: list[list[object]] = [
        ["MeteringpointID", "AT1", "MM", "AT1", "MM", "AT2", "MM"],
        [
            "Metercode",
            "Gesamtverbrauch x",
            None,
            "Anteil x",
            None,
            "Gesamte gemeinschaftliche Erzeugung [KWH]",
            None,
        ],
        ["Spaltensumme", 1, "L1", 1, "L1", 1, "L1"],
    ]
    for quarter in range(4):
        quality = "L3" if quarter == 3 else "L1"
        rows.append([start + timedelta(minutes=15 * quarter), 0.03, quality, 0.01, "L1", 0.5, "L1"])
    return workbook({"Energiedaten": rows})


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    """A workbook as bytes."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


SAMPLES = {
    "readings.csv": canonical(),
    "gse.csv": contract(),
    "ExportData.csv": e_distribuzione(),
    SII_NAME: sii(),
    "e-redes.xlsx": e_redes(),
    "fluvius.csv": fluvius(),
    "nem12.csv": nem12(),
    "datadis.json": datadis(),
    "dsmr.csv": dsmr_reader(),
    "solar.json": solar_edge(),
    "eeg.xlsx": eegfaktura(),
}
"""A small sound file of each format by its name."""
