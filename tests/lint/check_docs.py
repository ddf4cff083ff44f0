#!/usr/bin/env python3
"""Relative links of Markdown files lead somewhere, and config/default.yaml has exactly the keys that config/ reads."""

import re
from pathlib import Path
from urllib.parse import unquote

import cpp
import lintlib

LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+[\"'][^)]*)?\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
DOTTED = re.compile(r'^"([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+)"$')
KEY = re.compile(r"^(?P<indent> *)(?P<key>[A-Za-z_][\w-]*):(?P<value>.*)$")
DEFAULTS = "config/default.yaml"


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def anchors(text):
    """The fragments that a Markdown page's headings make."""
    found = set()
    for heading in re.findall(r"^#{1,6}\s+(.*)$", FENCE.sub(blank, text), re.MULTILINE):
        plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        found.add(re.sub(r"[^\w\- ]", "", plain).replace(" ", "-"))
    return found


def links(root):
    for name in lintlib.files(root, (".md",)):
        text = CODE.sub(blank, FENCE.sub(blank, lintlib.read(root, name)))
        for match in LINK.finditer(text):
            target, place = unquote(match.group(1)), f"{name}:{lintlib.line_of(text, match.start())}"
            if re.match(r"[a-z][a-z0-9+.-]*:", target):
                continue
            path, _, fragment = target.partition("#")
            page = (Path(root) / name).parent / path if path else Path(root) / name
            if not page.exists():
                yield f"{place}: the link '{target}' leads nowhere"
            elif fragment and page.suffix == ".md" and fragment not in anchors(page.read_text()):
                yield f"{place}: {page.name} has no heading for '#{fragment}'"


def yaml_keys(text):
    """Dotted keys that hold a value: (key, line). Nested mappings only; a list or `{}` is a value."""
    path, entries = [], []
    for number, line in enumerate(text.splitlines(), 1):
        match = KEY.match(line)
        if not match:
            continue
        indent, value = len(match["indent"]), re.sub(r"(^|\s)#.*$", "", match["value"]).strip()
        while path and path[-1][0] >= indent:
            path.pop()
        path.append((indent, match["key"]))
        entries.append([".".join(key for _, key in path), number, value, indent])
    for index, (key, number, value, indent) in enumerate(entries):
        has_children = index + 1 < len(entries) and entries[index + 1][3] > indent
        if value or not has_children:
            yield key, number


def keys(root):
    path = Path(root) / DEFAULTS
    sources = lintlib.files(root, (".cpp", ".hpp"), "config/")
    if not path.is_file():
        if sources:
            yield f"{DEFAULTS} is missing"
        return
    written = dict(yaml_keys(path.read_text()))
    read = {}
    for name in sources:
        for token in cpp.tokenize(lintlib.read(root, name))[0]:
            match = DOTTED.match(token.text) if token.kind == "string" else None
            if match:
                read.setdefault(match.group(1), f"{name}:{token.line}")
    sections = {key.rsplit(".", 1)[0] for key in written}
    for key, line in sorted(written.items()):
        if key not in read:
            yield f"{DEFAULTS}:{line}: '{key}' is read nowhere in config/"
    for key, place in sorted(read.items()):
        if key not in written and key not in sections:
            yield f"{place}: '{key}' is not in {DEFAULTS}"


def check(root):
    yield from links(root)
    yield from keys(root)


if __name__ == "__main__":
    lintlib.main(check, "links and configuration keys")
