"""The auditor's program runs where nothing but Python is installed, and loads no line of the engine."""

import subprocess
import sys
from pathlib import Path

import pytest

from oracle.usecases.pack_archive import archive_of

ROOT = Path(__file__).parents[3]
RULES = ROOT / "settlement" / "domain" / "rules"
# Neither the environment nor the installed packages: only the checkout is added to the path.
ALONE = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); import oracle.audit.__main__ as program; "
    "status = program.main(sys.argv[1:]); "
    "own = [name for name in sys.modules if name.startswith('oracle.audit')]; "
    "known = sys.stdlib_module_names | {'oracle', '__main__', *own}; "
    "foreign = [name for name in sys.modules if name not in known "
    "and name.split('.')[0] not in known - {'oracle'}]; "
    "sys.exit(f'loaded: {foreign}' if foreign else status)"
)


def alone(pack: Path, rules: Path = RULES) -> subprocess.CompletedProcess[str]:
    """Run the auditor's program without any installed package."""
    command = [sys.executable, "-I", "-S", "-c", ALONE, str(ROOT), str(pack), str(rules)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.node
def test_program__pack__matches_with_the_standard_library_alone(pack_file: Path) -> None:
    done = alone(pack_file)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("MATCHES: evidence pack of distribution 1\n")


@pytest.mark.node
def test_program__false_pack__exit_1_and_the_reason(dayless: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "false.zip"
    path.write_bytes(archive_of(dayless | {"division.json": b"{}"}))
    done = alone(path)
    assert done.returncode == 1
    assert "  because   manifest.json: files.division.json: the pack says " in done.stdout


def test_program__no_pack__exit_2(tmp_path: Path) -> None:
    done = alone(tmp_path / "absent.zip")
    assert done.returncode == 2
    assert "is no readable ZIP archive" in done.stderr


def test_program__no_arguments__says_how_it_is_called() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "oracle.audit"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "python -m oracle.audit PACK RULES" in done.stderr
