"""What Prometheus reads: durations of requests, and how the service is doing at the moment of asking."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime
from uuid import UUID

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork
from settlement.domain.calendar import rome_date

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

Reading = Callable[[], AbstractContextManager[OracleReadOnlyUnitOfWork]]


class Metrics:
    """The metrics of one application: communities and configurations appear by their ids, nobody by name."""

    def __init__(self, reading: Reading, clock: Callable[[], datetime], version: str) -> None:
        self._registry = CollectorRegistry()
        self._requests = Histogram(
            "condivisa_http_request_seconds",
            "Time to answer a request",
            ("method", "route", "status"),
            registry=self._registry,
            buckets=_BOUNDS,
        )
        self._registry.register(_Standing(reading, clock, version))

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Note an answered request."""
        self._requests.labels(method, route, str(status)).observe(seconds)

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self._registry)


class _Standing(Collector):
    """Asks the database at each look: nothing is counted twice or forgotten at a restart."""

    def __init__(self, reading: Reading, clock: Callable[[], datetime], version: str) -> None:
        self._reading, self._clock, self._version = reading, clock, version

    def describe(self) -> list[Metric]:
        """Nothing: registering must not ask the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """One snapshot of the database."""
        yield _gauge("build_info", "Version of the service", {"version": self._version}, 1)
        now = self._clock()
        today = rome_date(now)
        with self._reading() as work:
            signs = work.vital_signs
            waiting = signs.waiting()
            yield _family(
                "outbox_open", "Messages that wait for the publisher", ("topic",),
                [((row.topic,), row.messages) for row in waiting],
            )  # fmt: skip
            yield _family(
                "outbox_oldest_seconds", "Age of the oldest of them", ("topic",),
                [((row.topic,), (now - row.since).total_seconds()) for row in waiting],
            )  # fmt: skip
            yield _gauge(
                "transactions_unmined", "Signed transactions without an outcome", {}, signs.unmined()
            )
            alerts = Counter(row.alert.kind for row in work.alerts.all())
            yield _family(
                "alerts_open", "What somebody must look at", ("kind",),
                [((kind,), count) for kind, count in alerts.items()],
            )  # fmt: skip
            yield _family("jobs", "Jobs that are remembered", ("kind", "state"), signs.jobs().items())
            yield _family(
                "readings_held", "POD-days that wait for a decision", ("community",),
                [((str(community),), count) for community, count in signs.held_days().items()],
            )  # fmt: skip
            yield _family(
                "index_age_seconds", "Age of the newest block that was read", ("chain",),
                [((str(chain),), (now - at).total_seconds()) for chain, at in signs.last_indexed().items()],
            )  # fmt: skip
            yield _behind("posted", "configuration", signs.last_posted(), today)
            yield _behind("readings", "community", signs.last_read(), today)


def _family(
    name: str, text: str, labels: tuple[str, ...], rows: Iterable[tuple[tuple[str, ...], float]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"condivisa_{name}", text, labels=labels)
    for values, value in sorted(rows):
        family.add_metric(list(values), value)
    return family


def _gauge(name: str, text: str, labels: dict[str, str], value: float) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"condivisa_{name}", text, labels=tuple(labels))
    family.add_metric(list(labels.values()), value)
    return family


def _behind(what: str, label: str, latest: Mapping[UUID, date], today: date) -> GaugeMetricFamily:
    """Days between today and the latest day that is there."""
    family = GaugeMetricFamily(
        f"condivisa_{what}_days_behind", f"Days since the latest day of {what}", labels=(label,)
    )
    for owner, day in sorted(latest.items(), key=lambda item: str(item[0])):
        family.add_metric([str(owner)], (today - day).days)
    return family
