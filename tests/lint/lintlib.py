"""What every check shares: which files there are, and how a check reports."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

CPP = (".cpp", ".hpp", ".h", ".cc")
SKIPPED_FOLDERS = {".git", "build", "node_modules", ".greenroom", ".cache", "__pycache__"}


def files(root, suffixes=None, under=None):
    """Paths relative to `root`, sorted: what git tracks or would track, or everything where there is no git."""
    root = Path(root)
    if (root / ".git").exists():
        # A checkout that belongs to another user is still the checkout we were asked to read.
        command = ["git", "-c", f"safe.directory={root}", "-C", str(root), "ls-files", "-z", "-co", "--exclude-standard"]
        out = subprocess.run(command, check=True, capture_output=True).stdout.decode()
        found = [name for name in out.split("\0") if name and (root / name).is_file()]
    else:
        found = []
        for folder, folders, names in os.walk(root):
            folders[:] = [f for f in folders if f not in SKIPPED_FOLDERS]
            found += [str((Path(folder) / name).relative_to(root)) for name in names]
    keep = sorted(set(found))
    if suffixes:
        keep = [f for f in keep if f.endswith(suffixes)]
    if under:
        keep = [f for f in keep if f.startswith(under)]
    return keep


def read(root, name):
    return (Path(root) / name).read_text(encoding="utf-8", errors="replace")


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def main(check, sentence):
    """Runs `check(root)`, a generator of lines, over the checkout; exit 1 when it says anything."""
    parser = argparse.ArgumentParser(description=sentence)
    parser.add_argument("--root", default=str(Path(__file__).resolve().parents[2]))
    problems = list(check(parser.parse_args().root))
    for problem in problems:
        print(problem)
    print(f"{sentence}: {'ok' if not problems else str(len(problems)) + ' to mend'}")
    sys.exit(1 if problems else 0)
