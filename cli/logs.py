"""How the service's own words are written: a line of JSON each, or for a person at a terminal.

Everything goes to standard error, libraries' words included, with the correlation id of the request or the
job that it belongs to. CONDIVISA_LOG_LEVEL sets how much (default INFO). Tokens, keys, IBANs and the values
in a database's complaint are taken out, should any word of ours or of a library hold one: logs travel.
"""

import logging
import re
import sys
from collections.abc import Mapping
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor

from cli.failures import EXIT_BAD_INPUT, stop

_SECRET = re.compile(
    r"(?<![\w-])(?:cdk_)?[A-Za-z0-9_-]{43}(?![\w-])"  # tokens of ours, keys of devices
    r"|(?<=Bearer )\S+"
    r"|(?<=://)[^/\s@]*:[^/\s@]*(?=@)"  # name and password in an address
    r"|\b[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}\b"  # IBANs
    r"|DETAIL:.*"  # a database quotes the row
)

_CLOCKWORK = ("celery.beat", "celery.worker.strategy", "celery.app.trace")
"""They say of every tick that it was sent, received and done."""


def configured_logs(level: str) -> None:
    """Write logs to standard error from now on; stops the command where there is no such level."""
    try:
        configure_logs(level)
    except ValueError as error:
        stop(f"CONDIVISA_LOG_LEVEL: {error}", EXIT_BAD_INPUT)


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
    last: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        _without_secrets,
        structlog.dev.ConsoleRenderer()
        if out.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    formatter = structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last)
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Each of its lines repeats one of ours.
    logging.getLogger("uvicorn.access").disabled = True
    for name in _CLOCKWORK:
        logging.getLogger(name).setLevel(logging.WARNING)


def _without_secrets(_logger: object, _method: str, event: EventDict) -> EventDict:
    return {name: _cleaned(value) for name, value in event.items()}


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        return _SECRET.sub("…", value)
    if isinstance(value, Mapping):
        return {name: _cleaned(part) for name, part in value.items()}
    return [_cleaned(part) for part in value] if isinstance(value, list | tuple) else value


def _without_colours(_logger: object, _method: str, event: EventDict) -> EventDict:
    """uvicorn says some sentences twice, once for terminals."""
    event.pop("color_message", None)
    return event
