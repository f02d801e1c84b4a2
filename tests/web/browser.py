"""The verification page in a headless Chromium, driven through tests/web/browser.mjs."""

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "web" / "verifier" / "verify.html"


@dataclass(frozen=True)
class Seen:
    """What a person reads after a verification, and what went on behind it."""

    verdict: str
    text: str
    details: str
    note: str
    bad: list[str]
    passed: int
    failed: list[str]
    focus: str
    overflows: bool
    errors: list[str]
    requests: list[str]
    dialogs: int


@dataclass
class Browser:
    """One browser process; `open` starts a fresh profile and loads the page from its file."""

    executable: str
    process: "subprocess.Popen[str]" = field(init=False)

    def __post_init__(self) -> None:
        """Start the driver; node finds playwright-core in web/node_modules."""
        self.process = subprocess.Popen(
            ["node", str(HERE / "browser.mjs"), self.executable],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def do(self, op: str, **arguments: Any) -> Any:
        """Run one command of the driver; raises AssertionError with the driver's words when it fails."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"op": op, **arguments}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline() or '{"error": "the browser driver ended"}')
        assert "error" not in answer, answer["error"]
        return answer["value"]

    def open(self, **view: Any) -> None:
        """Load the page with an empty memory; `view`: width, height, dark."""
        self.do("open", url=PAGE.as_uri(), **view)

    def fill(self, selector: str, text: str) -> None:
        """Write into a field as a person would."""
        self.do("fill", selector=selector, text=text)

    def trust(self, **fields: object) -> None:
        """Fill the trust form: rpc, chain_id, vault, ledger."""
        self.do("evaluate", script="document.getElementById('trust').open = true")
        for name, value in fields.items():
            self.fill(f"#{name}", str(value))

    def verify(self, receipt: object) -> Seen:
        """Paste a receipt (JSON object, or text as it is), press the button and read the outcome."""
        self.fill("#receipt", receipt if isinstance(receipt, str) else json.dumps(receipt))
        self.do("click", selector="form button:not([type])")
        return self.outcome()

    def outcome(self) -> Seen:
        """Wait for a verdict and read the page."""
        self.do("await")
        return self.seen()

    def seen(self) -> Seen:
        """Read the page as it is."""
        return Seen(**self.do("snapshot"))

    def close(self) -> None:
        """End the driver and its browser."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=20)
