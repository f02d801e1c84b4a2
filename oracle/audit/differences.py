"""How a pack can fail: it is none, or what it says is not what comes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


class PackUnreadable(Exception):  # noqa: N818 - the names of errors say what happened
    """The file is no evidence pack; the sentence names the first thing that is wrong with it."""


class Difference(Exception):  # noqa: N818 - the names of errors say what happened
    """The first place where the pack and the recomputation part."""


@dataclass(slots=True)
class Trail:
    """What was found equal so far, a sentence for each check."""

    compared: list[str] = field(default_factory=list)

    def done(self, sentence: str) -> None:
        """Note a check that held."""
        self.compared.append(sentence)


def require_same(file: str, key: str, told: object, found: object) -> None:
    """Raise Difference naming file, key and both values unless they are the same, in type too.

    Objects and lists are walked, so that the first differing value is named by its path.
    """
    if isinstance(told, Mapping) and isinstance(found, Mapping):
        _require_same_keys(file, key, told, found)
    elif _is_list(told) and _is_list(found):
        assert isinstance(told, Sequence)
        assert isinstance(found, Sequence)
        if len(told) != len(found):
            raise _difference(file, f"length of {key}", len(told), len(found))
        for position, (one, other) in enumerate(zip(told, found, strict=True)):
            require_same(file, f"{key}[{position}]", one, other)
    elif type(told) is not type(found) or told != found:
        raise _difference(file, key, told, found)


def _require_same_keys(file: str, key: str, told: Mapping[str, object], found: Mapping[str, object]) -> None:
    for name in sorted(found.keys() | told.keys()):
        path = f"{key}.{name}" if key else name
        if name not in told:
            raise Difference(f"{file}: {path} is missing, recomputed {_shown(found[name])}")
        if name not in found:
            raise Difference(f"{file}: {path} does not belong here, the pack says {_shown(told[name])}")
        require_same(file, path, told[name], found[name])


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple)


def _difference(file: str, key: str, told: object, found: object) -> Difference:
    return Difference(f"{file}: {key}: the pack says {_shown(told)}, recomputed {_shown(found)}")


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str) or value is None else str(value)
    return text if len(text) <= 100 else f"{text[:100]}…"
