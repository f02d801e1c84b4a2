"""Writes api/openapi.json from the application; with --check, fails where the committed file differs.

Accident prevented: a client generated from a description that the service no longer follows.
"""

import json
import sys
from pathlib import Path
from typing import Never

from api.main import create_app
from api.service import Service

TARGET = Path(__file__).resolve().parent.parent / "api" / "openapi.json"


def rendered() -> str:
    """The OpenAPI description as committed: sorted keys, two-space indent, final newline."""
    return json.dumps(create_app(_service()).openapi(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _service() -> Service:
    """A service that nobody asks: the description needs the routes alone."""

    def absent() -> Never:
        raise AssertionError("the description of the API asks nothing")

    return Service(reading=absent, writing=absent, not_ready=absent, clock=absent)


def main(arguments: list[str]) -> int:
    """Exit status 1 if --check finds a difference."""
    text = rendered()
    if "--check" not in arguments:
        TARGET.write_text(text, encoding="utf-8")
        print(f"openapi: written, {len(text.splitlines())} lines")
        return 0
    if not TARGET.is_file() or TARGET.read_text(encoding="utf-8") != text:
        print(
            f"{TARGET.name} is not what the application gives: run `make openapi` and review the difference"
        )
        return 1
    print("openapi: committed file is current")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
