#!/usr/bin/env python3
"""No path of somebody's machine, no registry's host, no lock file that names where its packages came from, and no
note of work to do without its kind."""

import json
import re
from pathlib import Path

import lintlib

# Put together from pieces, so that this file does not find itself.
MACHINE_PATH = re.compile(r"(?<![\w.~-])/" + r"(?:work|tmp/wt|root|Users/\w+)/")
REGISTRY = re.compile(r"registry\." + r"(?:npmjs|yarnpkg|npmmirror)|npm\.pkg\." + r"github|files\." + r"pythonhosted", re.IGNORECASE)
NOTE = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b(?P<kind>\([a-z]*\):)?")
KINDS = ("(perf):", "(security):", "(cleanup):", "(test):")
BINARY = (".png", ".jpg", ".ico", ".woff2", ".mp4", ".m4s", ".gz", ".zip")


def locked(name, text):
    try:
        packages = json.loads(text).get("packages", {})
    except ValueError as error:
        yield f"{name}: not JSON: {error}"
        return
    for package, entry in packages.items():
        if "resolved" in entry:
            yield f"{name}: {package} has \"resolved\": make the file with omit-lockfile-registry-resolved=true"
        if package and not entry.get("link") and "integrity" not in entry:
            yield f"{name}: {package} has no \"integrity\""


def check(root):
    for name in lintlib.files(root):
        path = Path(root) / name
        if name.endswith(BINARY) or b"\0" in path.read_bytes()[:4096] or name.startswith("tests/fuzz/corpus/"):
            continue
        text = lintlib.read(root, name)
        if path.name == "package-lock.json":
            yield from locked(name, text)
        for number, line in enumerate(text.splitlines(), 1):
            if MACHINE_PATH.search(line):
                yield f"{name}:{number}: a path of one machine"
            if REGISTRY.search(line):
                yield f"{name}:{number}: a registry's host"
            for note in NOTE.finditer(line):
                if (note["kind"] or "") not in KINDS and name != "LICENSE":
                    yield f"{name}:{number}: a note of work to do needs its kind: {', '.join(KINDS)}"


if __name__ == "__main__":
    lintlib.main(check, "text")
