#!/usr/bin/env python3
"""Every C++ file is as clang-format 14 writes it."""

import shutil
import subprocess

import lintlib

FORMATTERS = ("clang-format-14", "clang-format")


def formatter():
    """The program, which must be of major version 14: another one formats differently. None when there is none."""
    for name in FORMATTERS:
        path = shutil.which(name)
        if path and " version 14." in subprocess.run([path, "--version"], capture_output=True, text=True).stdout:
            return path
    return None


def check(root):
    program = formatter()
    if not program:
        yield "clang-format 14 is not installed (Debian: clang-format-14)"
        return
    sources = lintlib.files(root, lintlib.CPP)
    if not sources:
        return
    run = subprocess.run([program, "--dry-run", "-Werror", "--style=file", *sources], cwd=root, capture_output=True, text=True)
    yield from (line for line in run.stderr.splitlines() if ": error:" in line or ": warning:" in line)
    if run.returncode and "error" not in run.stderr:
        yield f"clang-format ended with {run.returncode}: {run.stderr.strip()[:500]}"


if __name__ == "__main__":
    lintlib.main(check, "format")
