#!/usr/bin/env python3
"""Rule C1: no brace-initialised temporary and no capturing lambda in the full expression of a co_await.
Rule C9: no co_await that decides by itself: in the condition of an if or while, beside &&, || or ?:.

GCC 12 destroys such temporaries twice, and lays the frame of such conditions out wrongly; a declaration in the
condition is right. A line whose comment says `C1: ok, trivially destructible` is excused from C1."""

import cpp
import lintlib

EXCUSE = "C1: ok, trivially destructible"
CONTROL = ("if", "while", "for", "switch")


def full_expressions(block):
    """The stretches of a block that are evaluated as one: statements, and the parts of if (…), for (…; …; …)."""
    part = []
    items = block.items
    for index, item in enumerate(items):
        if cpp.is_punct(item, ";"):
            yield part
            part = []
        elif isinstance(item, cpp.Group) and item.role == "block" and not cpp.ends_in_expression(block, index):
            yield part
            part = []
        elif isinstance(item, cpp.Group) and item.role == "parens" and _is_control(items, index):
            yield part
            yield from full_expressions(item)
            part = []
        else:
            part.append(item)
    yield part


def _is_control(items, index):
    before = items[index - 1] if index else None
    if cpp.is_word(before, "constexpr") and index > 1:
        before = items[index - 2]
    return cpp.is_word(before, *CONTROL)


def _inside(items):
    """The items of a full expression at every depth, without the bodies of its lambdas."""
    for item in items:
        yield item
        if isinstance(item, cpp.Group) and item.role not in ("block", "captures"):
            yield from _inside(item.items)
        elif isinstance(item, cpp.Group) and item.role == "captures":
            yield from _inside(item.items)


def _faults(part):
    everything = list(_inside(part))
    awaits = [item for item in everything if cpp.is_word(item, "co_await")]
    if not awaits:
        return
    for item in everything:
        if not isinstance(item, cpp.Group) or not item.items:
            continue
        if item.role == "init":
            yield awaits[0].line, item, "a brace-initialised temporary"
        elif item.role == "captures":
            yield awaits[0].line, item, "a capturing lambda"


def conditions(block):
    """The last part of each if (…) and while (…) in a block, at every depth but nested blocks' own."""
    items = block.items
    for index, item in enumerate(items):
        if isinstance(item, cpp.Group) and item.role == "parens" and index and cpp.is_word(items[index - 1], "if", "while"):
            yield list(full_expressions(item))[-1]


def _decides(part, is_condition):
    """The line of a co_await that rule C9 forbids, or None."""
    awaits = [index for index, item in enumerate(part) if cpp.is_word(item, "co_await")]
    deep = [item for item in _inside(part) if cpp.is_word(item, "co_await")]
    if is_condition and deep and not any(cpp.is_punct(item, "=") for item in part):
        return deep[0].line
    if awaits and any(cpp.is_punct(item, "?", "&&", "||") for item in part):
        return part[awaits[0]].line
    return None


def _lines(part):
    for item in _inside(part):
        yield item.line
        if isinstance(item, cpp.Group):
            yield item.end_line


def check_text(name, text):
    tokens, comments = cpp.tokenize(text)
    tree = cpp.parse(tokens)
    for _, _, block in cpp.blocks(tree):
        for part, is_condition in [(p, True) for p in conditions(block)] + [(p, False) for p in full_expressions(block)]:
            line = _decides(part, is_condition)
            if line is not None:
                yield f"{name}:{line}: a co_await that decides by itself: name its value first (rule C9)"
        for part in full_expressions(block):
            faults = list(_faults(part))
            if not faults:
                continue
            lines = list(_lines(part))
            if any(EXCUSE in comments.get(line, "") for line in range(min(lines) - 1, max(lines) + 1)):
                continue
            for line, item, what in faults:
                yield f"{name}:{item.line}: {what} in the full expression of the co_await of line {line}: name it first (rule C1)"


def check(root):
    for name in lintlib.files(root, lintlib.CPP):
        yield from check_text(name, lintlib.read(root, name))


if __name__ == "__main__":
    lintlib.main(check, "co_await and temporaries (rule C1)")
