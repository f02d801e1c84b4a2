"""Synthetic hourly day-ahead prices of a June in the northern zone: whole numbers, no market data.

Level and shape are those one would expect: about 100 €/MWh on average, two peaks on workdays of which
the evening's is the higher, a solar valley that is deepest on Sundays.
"""

from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from planning.streams import between, stream
from settlement.domain.calendar import ROME

MICRO_EUR_PER_CENT = 10_000
# Hourly prices before level and noise, €/MWh, 00:00 to 23:00.
WORKDAY = (
    98, 94, 91, 90, 91, 97, 110, 124, 125, 115, 106, 99,
    90, 87, 91, 97, 104, 109, 117, 136, 144, 133, 116, 107,
)  # fmt: skip
SATURDAY = (
    104, 99, 95, 93, 92, 91, 94, 98, 99, 94, 88, 79,
    67, 56, 54, 62, 74, 91, 107, 121, 124, 118, 109, 102,
)  # fmt: skip
SUNDAY = (97, 89, 86, 84, 81, 77, 72, 75, 78, 80, 75, 66, 52, 42, 38, 45, 66, 90, 104, 116, 121, 117, 107, 98)
DAY_LEVEL_PER_MILLE = 70
HOUR_NOISE_CENTS = 350


def synthetic_prices(zone: str, start: datetime, end: datetime) -> NDArray[np.int64]:
    """Micro-euro per MWh of each hour of [start, end), shape (hours,), whole euro cents.

    start and end are UTC instants on the full hour.
    """
    source = stream(f"prices/{zone}/{start.date().isoformat()}")
    prices: list[int] = []
    today = None
    level = 1000
    for index in range((end - start) // timedelta(hours=1)):
        local = (start + timedelta(hours=index)).astimezone(ROME)
        if local.date() != today:
            today = local.date()
            level = 1000 + between(source, -DAY_LEVEL_PER_MILLE, DAY_LEVEL_PER_MILLE)
        cents = _shape(local)[local.hour] * level // 10 + between(source, -HOUR_NOISE_CENTS, HOUR_NOISE_CENTS)
        prices.append(cents * MICRO_EUR_PER_CENT)
    return np.array(prices, dtype=np.int64)


def _shape(local: datetime) -> tuple[int, ...]:
    """The day's course: workday, Saturday or Sunday."""
    return {5: SATURDAY, 6: SUNDAY}.get(local.weekday(), WORKDAY)
