"""What a person sees while long work runs: a line per stage, a bar while it moves, its outcome at the end."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from settlement.domain.rounding import MICRO_EUR_PER_CENT, cents_text

BARS = "▁▂▃▄▅▆▇█"


class Stage:
    """A stage in progress; `report` fits the progress callback of the ledger's side."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task
        self.outcome = ""

    def report(self, _stage: str, done: int, total: int, sentence: str) -> None:
        """Move the bar and say what is being done."""
        self._progress.update(self._task, completed=done, total=total, sentence=sentence)

    def note(self, sentence: str) -> None:
        """Print a line above the bar, for what a person should not miss."""
        self._progress.console.print(f"  {escape(sentence)}", soft_wrap=True)


class Display:
    """The terminal, or plain lines where the output is no terminal."""

    def __init__(self) -> None:
        self.console = Console(highlight=False)

    def title(self, sentence: str) -> None:
        """The headline of a run."""
        self.line(f"[bold]{sentence}[/bold]")

    @contextmanager
    def stage(self, name: str) -> Iterator[Stage]:
        """Show a stage while the block runs; afterwards its outcome and the seconds that it took."""
        columns = (
            TextColumn(f"  {name:<11}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[sentence]}"),
            TimeElapsedColumn(),
        )
        began = time.monotonic()
        hidden = not self.console.is_terminal
        with Progress(*columns, console=self.console, transient=True, disable=hidden) as progress:
            stage = Stage(progress, progress.add_task(name, total=None, sentence=""))
            yield stage
        seconds = time.monotonic() - began
        self.line(f"[green]✔[/green] {name:<11} {escape(stage.outcome)} [dim]({seconds:.1f} s)[/dim]")

    def table(self, title: str, rows: Sequence[tuple[str, str]]) -> None:
        """Names and figures, two columns; long values stay whole, so that they can be copied."""
        self.line(f"\n[bold]{title}[/bold]")
        for name, figure in rows:
            self.line(f"  [dim]{name:<11}[/dim] {escape(figure)}")

    def line(self, markup: str) -> None:
        """One line, never cut and never wrapped by us."""
        self.console.print(markup, soft_wrap=True)


def kwh(energy_wh: int) -> str:
    """Wh as kWh with one decimal, half-up."""
    tenths = (energy_wh + 50) // 100
    return f"{tenths // 10:,}.{tenths % 10}"


def euro_text(amount_micro_eur: int) -> str:
    """Whole cents, given in micro-euro, as euro with two decimals."""
    return cents_text(amount_micro_eur // MICRO_EUR_PER_CENT)


def sparkline(values: Sequence[int]) -> str:
    """One character per value, as high as its share of the largest; blank for zero."""
    top = max(values, default=0)
    if top == 0:
        return " " * len(values)
    return "".join(BARS[min(value * len(BARS) // top, len(BARS) - 1)] if value else " " for value in values)
