"""Wall time of `make demo` in a fresh clone: from scratch, after set-up, and again over the same state.

Standard library only: it runs before anything is installed. The baseline of each ratio is the goal of 90
seconds after set-up.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

GOAL_SECONDS = 90


def timed(folder: Path, *command: str) -> float:
    """Seconds that the command took; its output goes to the terminal only if it fails."""
    start = time.monotonic()
    done = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        print(done.stdout)
        sys.exit(f"{' '.join(command)} ended with status {done.returncode}")
    return time.monotonic() - start


def main() -> None:
    """Clone HEAD, run the demonstration three times and print the seconds beside the goal."""
    root = Path(__file__).resolve().parent.parent
    clone = Path(tempfile.mkdtemp(prefix="condivisa-demo-")) / "clone"
    clone.parent.chmod(0o755)  # the embedded database runs as another user where this runs as root
    subprocess.run(["git", "clone", "--quiet", str(root), str(clone)], check=True)
    try:
        scratch = timed(clone, "make", "demo", "SERVE=0")
        shutil.rmtree(clone / ".condivisa")
        fresh = timed(clone, "make", "demo", "SERVE=0")
        again = timed(clone, "make", "demo", "SERVE=0")
    finally:
        shutil.rmtree(clone.parent, ignore_errors=True)
    rows = (
        ("from scratch, set-up included", scratch),
        ("after set-up", fresh),
        ("again, all already done", again),
    )
    for name, seconds in rows:
        ratio = seconds / GOAL_SECONDS
        print(f"{name:32} {seconds:7.1f} s   {ratio:5.2f} of the {GOAL_SECONDS} s allowed after set-up")


if __name__ == "__main__":
    main()
