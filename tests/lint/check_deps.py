#!/usr/bin/env python3
"""Includes follow the DEPS of each folder's project_library(); the folders have no cycle; api/, of the folders below
it, sees only what docs/architecture.md grants."""

import re
from pathlib import Path

import lintlib

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.MULTILINE)
KEYWORDS = {"SOURCES", "HEADERS", "DEPS", "LINK"}
# Of these folders only these headers, from outside of them and of the folders that list them as a whole.
GRANTED_TO_API = {"cdp": {"cdp/discovery.hpp"}, "recorder": {"recorder/player.hpp", "recorder/quality.hpp"}}
NEVER_IN_API = {"browser", "store", "config", "page"}


def declared(root):
    """folder -> set of folders, from the project_library() calls of its CMakeLists.txt; and the calls' own faults."""
    deps = {}
    for path in sorted(Path(root).glob("*/CMakeLists.txt")):
        text = re.sub(r"#[^\n]*", "", path.read_text())
        for call in re.finditer(r"\bproject_library\s*\(([^)]*)\)", text):
            words = call.group(1).split()
            section, allowed = None, deps.setdefault(path.parent.name, set())
            for word in words[1:]:
                if word in KEYWORDS:
                    section = word
                elif section == "DEPS":
                    allowed.add(word)
    for folder, allowed in deps.items():
        allowed.discard(folder)
    return deps


def cycle(deps):
    """One cycle as a list of folders, or None."""
    done, path = set(), []

    def visit(folder):
        if folder in path:
            return path[path.index(folder) :] + [folder]
        if folder in done:
            return None
        path.append(folder)
        for other in sorted(deps.get(folder, ())):
            found = visit(other)
            if found:
                return found
        path.pop()
        done.add(folder)
        return None

    for folder in sorted(deps):
        found = visit(folder)
        if found:
            return found
    return None


def verdict(folder, include, deps, folders):
    """What is wrong with `include` in a file of `folder`, or None."""
    target = include.split("/")[0]
    if "/" not in include or target not in folders:
        return 'is not "folder/file.hpp" from the root'
    if target == folder:
        return None
    if target == "config" and folder != "daemon":
        return "only daemon/ reads config/"
    if folder == "api" and target in NEVER_IN_API:
        return f"api/ never includes {target}/"
    if folder == "api" and target in GRANTED_TO_API and include not in GRANTED_TO_API[target]:
        return f"of {target}/ api/ may include only {', '.join(sorted(GRANTED_TO_API[target]))}"
    if folder == "daemon" and folder not in deps:
        return None  # an executable of its own may use everything
    if target not in deps.get(folder, set()):
        return f"{target} is not in the DEPS of {folder}/CMakeLists.txt"
    return None


def check(root):
    deps = declared(root)
    found = cycle(deps)
    if found:
        yield "DEPS go round in a circle: " + " -> ".join(found)
    for folder, allowed in sorted(deps.items()):
        for other in sorted(allowed - set(deps)):
            yield f"{folder}/CMakeLists.txt: DEPS names {other}, which no folder's project_library() makes"
    sources = lintlib.files(root, lintlib.CPP)
    folders = {name.split("/")[0] for name in sources if "/" in name} | set(deps)
    for name in sources:
        folder = name.split("/")[0]
        text = lintlib.read(root, name)
        for include in INCLUDE.finditer(text):
            target, place = include.group(1), f"{name}:{lintlib.line_of(text, include.start())}"
            if not (Path(root) / target).is_file():
                yield f'{place}: "{target}" is no file of this project'
            elif folder not in ("tests", "bench"):
                fault = verdict(folder, target, deps, folders)
                if fault:
                    yield f'{place}: "{target}": {fault}'


if __name__ == "__main__":
    lintlib.main(check, "dependency arrows")
