"""Mutants of Solidity sources: each differs from its original in one place that somebody could get wrong."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

# Comments, natspec, imports, declarations of errors and events, and headers hold nothing that runs.
SILENT = re.compile(
    r"^\s*(//|/?\*|import |pragma |error |event |library |contract |abstract |using |modifier )"
)
STRING = re.compile(r'"[^"]*"')


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of slip: what it looks for in a line of code, and what it puts there."""

    name: str
    pattern: re.Pattern[str]
    replacement: str | Callable[[re.Match[str]], str]

    def replaced(self, match: re.Match[str]) -> str:
        """What stands in place of the match."""
        return (
            match.expand(self.replacement) if isinstance(self.replacement, str) else self.replacement(match)
        )


@dataclass(frozen=True, slots=True)
class Mutant:
    """One changed line of one file; `line` counts from 1."""

    path: str
    line: int
    rule: str
    before: str
    after: str

    @property
    def change(self) -> str:
        """What the mutant does, in words that survive a move of the line."""
        return f"{self.before.strip()} → {self.after.strip() or 'nothing'}"

    def applied_to(self, text: str) -> str:
        """The source with the mutant in it. Raises ValueError if the line is not what it was."""
        lines = text.split("\n")
        if lines[self.line - 1] != self.before:
            raise ValueError(f"{self.path}:{self.line} is not {self.before!r}")
        lines[self.line - 1] = self.after
        return "\n".join(lines)


def swap(name: str, *pairs: tuple[str, str]) -> list[Rule]:
    """Rules that put one operator for another, both between spaces."""
    return [Rule(name, re.compile(rf"(?<= ){re.escape(before)}(?= )"), after) for before, after in pairs]


def next_number(match: re.Match[str]) -> str:
    """The number after the one that was matched."""
    return str(int(match[0].replace("_", "")) + 1)


RULES = [
    Rule("check dropped", re.compile(r"(?<=\bif \().*(?=\)( revert| \{$| continue;|$))"), "false"),
    Rule("guard dropped", re.compile(r"\s(nonReentrant|onlyTreasurer|onlyGovernor|onlyAdministrator)\b(\(\w+\))?"), ""),
    # Not a declaration, which would not compile without.
    Rule(
        "effect dropped", re.compile(r"^(?!\s+[\w.\[\]]+( \w+)+ =)\s+[\w.\[\] /()%]+ [|&+-]?= [^=].*;$"), ""
    ),
    Rule("effect dropped", re.compile(r"^\s+emit .*;$"), ""),
    *swap("boundary", ("<", "<="), ("<=", "<"), (">", ">="), (">=", ">")),
    *swap("comparison", ("==", "!="), ("!=", "=="), ("<", ">"), (">", "<")),
    *swap(
        "arithmetic", ("+", "-"), ("-", "+"), ("*", "+"), ("/", "*"), ("%", "/"), ("+=", "-="), ("-=", "+=")
    ),
    *swap("bits", ("|", "&"), ("&", "|"), ("<<", ">>"), (">>", "<<"), ("|=", "&="), ("&=", "|="), ("^", "|")),
    *swap("logic", ("&&", "||"), ("||", "&&")),
    Rule("complement dropped", re.compile(r"~"), ""),
    Rule("constant", re.compile(r"(?<![\w.])\d[\d_]*(?![\w.])"), next_number),
    Rule("truth", re.compile(r"\btrue\b"), "false"),
    Rule("truth", re.compile(r"\bfalse\b"), "true"),
    # Of what is not the same both ways.
    Rule(
        "arguments swapped",
        re.compile(r"\b(?!(?:add|and|eq|mul|or|xor)\()(\w+)\(([\w.]+), ([\w.]+)\)"),
        r"\1(\3, \2)",
    ),
]


def mutants_of(path: str, text: str) -> Iterator[Mutant]:
    """Every mutant of a source, in the order of its lines."""
    for number, line in enumerate(text.split("\n"), start=1):
        if SILENT.match(line):
            continue
        code = line.split(" //")[0]
        strings = [match.span() for match in STRING.finditer(code)]
        for rule in RULES:
            for match in rule.pattern.finditer(code):
                if any(start < match.end() and match.start() < end for start, end in strings):
                    continue
                after = line[: match.start()] + rule.replaced(match) + line[match.end() :]
                if after != line:
                    yield Mutant(path, number, rule.name, line, after)


def sample(mutants: Iterable[Mutant], count: int) -> list[Mutant]:
    """As many mutants, evenly over the rules; the same ones for the same sources."""
    by_rule: dict[str, list[Mutant]] = {}
    for mutant in sorted(mutants, key=draw):
        by_rule.setdefault(mutant.rule, []).append(mutant)
    rounds = zip_longest(*(by_rule[name] for name in sorted(by_rule)))
    return [mutant for round_ in rounds for mutant in round_ if mutant is not None][:count]


def draw(mutant: Mutant) -> bytes:
    """A place in a shuffled order that depends on nothing but the mutant."""
    return hashlib.sha256(f"{mutant.path}|{mutant.rule}|{mutant.change}|{mutant.line}".encode()).digest()
