"""How the service's own words are written: a line of JSON each, or for a person at a terminal.

Everything goes to standard error, libraries' words included, with the correlation id of the request or the
job that it belongs to. CONDIVISA_LOG_LEVEL sets how much (default INFO).
"""

import logging
import sys
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor


def configure_logs(level: str, stream: TextIO | None = None) -> None:
    """Write logs to standard error, or to `stream`, from now on; for a person where it is a terminal.

    Raises ValueError for a level that does not exist.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_colours,
    ]
    out = stream or sys.stderr
    last: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if out.isatty():
        last += [structlog.dev.ConsoleRenderer()]
    else:
        last += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    formatter = structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last)
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Each of its lines repeats one of ours.
    logging.getLogger("uvicorn.access").disabled = True


def _without_colours(_logger: object, _method: str, event: EventDict) -> EventDict:
    """uvicorn says some sentences twice, once for terminals."""
    event.pop("color_message", None)
    return event
