"""`python -m oracle.audit PACK RULES`: a pack recomputed where nothing but Python is installed.

RULES is the folder with the auditor's own rule files. Exit status: 0 matches, 1 does not match, 2 unreadable.
"""

import sys
from pathlib import Path

from oracle.audit.archive import read_archive
from oracle.audit.differences import Difference, PackUnreadable
from oracle.audit.pack import audit


def main(arguments: list[str]) -> int:
    """Print what was compared; returns the exit status."""
    if len(arguments) != 2:
        sys.stderr.write(f"{__doc__}")
        return 2
    pack, rules = map(Path, arguments)
    try:
        texts = {path.relative_to(rules).as_posix(): path.read_bytes() for path in rules.rglob("*.toml")}
        found = audit(read_archive(pack), texts)
    except (PackUnreadable, Difference) as error:
        sys.stderr.write(f"{pack}: {error}\n")
        return 2
    lines = [f"{'DOES NOT MATCH' if found.difference else 'MATCHES'}: {found.title}"]
    lines += [f"  because   {found.difference}"] if found.difference else []
    lines += [f"  compared  {sentence}" for sentence in found.compared]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if found.difference else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
