"""Runs Ape on the project: `python -m tools.run_ape compile`, `test` and `deploy`.

Ape lives in an environment of its own (.venv-ape) because it pins other versions of web3 and pytest. It
looks for native compilers: SOLCX_BINARY_PATH shows it the pinned npm compiler under the name that it
expects. Its caches stay below .build; a deployment looks for accounts where `ape accounts` keeps them.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APE = ROOT / ".venv-ape" / "bin" / "ape"
BUILD = ROOT / ".build" / "ape"
COMPILER = "solc-v0.8.37"
ARGUMENTS = {
    "compile": ["compile", "--force"],
    # The conftest of tests/ needs the service's packages, which Ape's environment does not have.
    "test": ["test", "tests/contracts", "-q", "--confcutdir", "tests/contracts"],
    "deploy": ["run", "deploy"],
}


def environment(command: str) -> dict[str, str]:
    """Environment in which Ape finds the pinned compiler and keeps its caches in the build folder.

    The folder of caches is the folder of keys too, so a deployment keeps the user's own: ours may be deleted.
    """
    if command == "deploy":
        return dict(os.environ)
    compilers = BUILD / "compilers"
    compilers.mkdir(parents=True, exist_ok=True)
    link = compilers / COMPILER
    if not link.is_symlink():
        link.symlink_to(ROOT / "contracts" / "solc")
    return {**os.environ, "SOLCX_BINARY_PATH": str(compilers), "APE_DATA_FOLDER": str(BUILD / "data")}


def main(arguments: list[str]) -> int:
    """Exit status of Ape; 2 for an unknown command."""
    if not arguments or arguments[0] not in ARGUMENTS:
        print(f"usage: python -m tools.run_ape {'|'.join(ARGUMENTS)} [options of ape]")
        return 2
    if not APE.is_file():
        print("Ape is not installed: run `make ape`")
        return 2
    command = [str(APE), *ARGUMENTS[arguments[0]], *arguments[1:]]
    return subprocess.run(command, cwd=ROOT, env=environment(arguments[0]), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
