"""Status reports as pain.002, in both versions: what the bank rejects; every defect a finding."""

from datetime import date

import pytest

from settlement.bankfile import read_statement
from settlement.domain.payment_status import Verdict
from tests.settlement.bankfile.statements import TxSts, report


@pytest.mark.parametrize("version", ["03", "10"])
def test_report__rejected_and_accepted_payments__are_statuses(version: str) -> None:
    content = report(TxSts("A-1", amount="12.50"), TxSts("B-1", "ACCP", None), version=version)
    found = read_statement("esito", content)
    assert (found.findings, found.entries) == ([], [])
    rejected, accepted = found.statuses
    assert (rejected.end_to_end_id, rejected.reason) == ("A-1", "AC01")
    assert (rejected.amount_micro_eur, rejected.told_on) == (12_500_000, date(2024, 12, 5))
    assert (rejected.verdict, accepted.verdict) == (Verdict.REJECTED, Verdict.ON_ITS_WAY)
    assert (accepted.amount_micro_eur, accepted.reason) == (None, None)


@pytest.mark.parametrize("level", [{"group": "RJCT"}, {"batch": "RJCT"}])
def test_report__whole_file_rejected__names_the_order(level: dict[str, str]) -> None:
    (found,) = read_statement("esito", report(order="ORDER", **level)).statuses
    assert (found.order, found.end_to_end_id, found.verdict) == ("ORDER", None, Verdict.REJECTED)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (report(TxSts(None)), "names no payment"),
        (report(TxSts("A-1", "rejected")), "is no code of four letters"),
        (report(TxSts("A-1", "")), "is no code of four letters"),
        (report(TxSts("A-1", amount="1.005")), "not one in whole cents"),
        (report(TxSts("A" * 141)), "more than 140 characters"),
        (report(TxSts("A-1", "ACCP"), group="RJCT"), "ask the bank which holds"),
        (report().replace(b"CreDtTm", b"CreatedAt"), "is no day like"),
        (report().replace(b"GrpHdr", b"Header"), "has no header"),
        (report().replace(b"CstmrPmtStsRpt", b"Other"), "holds no status report"),
        (report(version="09"), "nor pain.002 in version 03 or 10"),
    ],
)
def test_report__defect__is_one_finding_and_no_status(content: bytes, sentence: str) -> None:
    found = read_statement("esito", content)
    (finding,) = found.findings
    assert sentence in finding.sentence
    assert found.statuses == []
