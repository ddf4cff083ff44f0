#!/usr/bin/env python3
"""Every kind of error has a sentence and a name, is produced somewhere, and has its place in each dialect's mapping."""

import re
from pathlib import Path

import cpp
import lintlib

DECLARED, DEFINED = "base/error.hpp", "base/error.cpp"


def enumerators(text):
    """The names in `enum class errc { … }`."""
    tree = cpp.parse(cpp.tokenize(text)[0])
    for _, head, block in cpp.blocks(tree):
        if [item.text for item in head if cpp.is_word(item)][-3:] == ["enum", "class", "errc"]:
            fresh = True
            for item in block.items:
                if fresh and cpp.is_word(item):
                    yield item.text
                fresh = cpp.is_punct(item, ",")


def mentions(text):
    """(enumerator, use) wherever one stands behind `errc::`: use is `case`, `compared` or `value`."""
    tokens = cpp.tokenize(text)[0]
    for index in range(2, len(tokens)):
        if tokens[index].kind != "word" or tokens[index - 1].text != "::" or tokens[index - 2].text != "errc":
            continue
        start = index - 2
        while start > 1 and tokens[start - 1].text == "::":
            start -= 2  # base::errc::x
        before = tokens[start - 1].text if start else ""
        after = tokens[index + 1].text if index + 1 < len(tokens) else ""
        compared = "==" in (before, after) or "!=" in (before, after)
        yield tokens[index].text, "case" if before == "case" else "compared" if compared else "value"


def sentences(text):
    """enumerator -> its two strings, from `case errc::x: return {"x", "sentence"};`."""
    pattern = re.compile(r'case\s+errc::(\w+):\s*return\s*\{\s*"([^"]*)"\s*,\s*"([^"]*)"\s*\}')
    return {match[1]: (match[2], match[3]) for match in pattern.finditer(text)}


def check(root):
    path = Path(root) / DECLARED
    if not path.is_file():
        yield f"{DECLARED} is missing"
        return
    names = list(enumerators(path.read_text()))
    if not names:
        yield f"{DECLARED}: no `enum class errc` was found"
    said = sentences(lintlib.read(root, DEFINED))
    for word in names:
        if said.get(word, ("", ""))[0] != word or not said[word][1]:
            yield f"{DEFINED}: errc::{word} lacks its name or its sentence"
    produced, dialects = set(), []
    for name in lintlib.files(root, lintlib.CPP):
        if name.startswith(("tests/", "bench/")) or name == DECLARED:
            continue
        uses = list(mentions(lintlib.read(root, name)))
        produced |= {word for word, use in uses if use == "value"}
        mapped = {word for word, use in uses if use == "case"}
        if name.startswith("api/") and len(mapped) >= 3:  # it switches over errc: a dialect's mapping
            dialects.append((name, mapped))
    if dialects:  # before the first dialect stands, most kinds have nobody who makes them
        for word in names:
            if word not in produced:
                yield f"{DECLARED}: errc::{word} is produced nowhere"
    for name, mapped in dialects:
        for word in sorted(set(names) - mapped):
            yield f"{name}: errc::{word} is not mapped"


if __name__ == "__main__":
    lintlib.main(check, "error kinds")
