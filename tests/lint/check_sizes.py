#!/usr/bin/env python3
"""Files of at most 400 lines, functions of at most 60, at most 5 parameters. sizes_allowed.txt holds dated exceptions."""

import datetime
from pathlib import Path

import cpp
import lintlib

ALLOWED = "tests/lint/sizes_allowed.txt"
SOURCES = lintlib.CPP + (".py", ".mjs", ".js", ".ts", ".css", ".html", ".cmake", "CMakeLists.txt", ".sh")
FILE_LINES, FUNCTION_LINES, PARAMETERS = 400, 60, 5
NOT_FUNCTIONS = {"if", "while", "for", "switch", "catch", "constexpr", "decltype", "alignas", "noexcept", "requires", "explicit"}


def exceptions(root):
    """(rule, name) -> the last day on which the exception holds; name is a file, or file:function."""
    path, found = Path(root) / ALLOWED, {}
    if path.is_file():
        for line in path.read_text().splitlines():
            if line.strip() and not line.startswith("#"):
                rule, name, until, _reason = line.split(None, 3)
                found[rule, name] = datetime.date.fromisoformat(until)
    return found


def _is_scope(head):
    """True for a namespace's or a type's block."""
    words = {item.text for item in head if cpp.is_word(item)}
    return bool(words & {"namespace", "class", "struct", "union", "extern"}) and not _parameters(head)


def _parameters(head):
    """(name, group) of the parameter list in a function's head, or None."""
    for index, item in enumerate(head):
        if not isinstance(item, cpp.Group) or item.role != "parens" or index == 0:
            continue
        before = head[index - 1]
        operator = index > 1 and cpp.is_word(head[index - 2], "operator")
        if cpp.is_word(before) and before.text not in NOT_FUNCTIONS and (before.text != "operator"):
            return before.text, item
        if operator or (isinstance(before, cpp.Group) and index > 1 and cpp.is_word(head[index - 2], "operator")):
            return "operator", item
        if cpp.is_punct(before, "=") or cpp.is_word(before, "if"):
            return None
    return None


def count(group):
    """Parameters of a list: commas outside < >, plus one."""
    items = list(cpp.outside_angles(group.items))
    if not items or (len(items) == 1 and cpp.is_word(items[0], "void")):
        return 0
    return 1 + sum(cpp.is_punct(item, ",") for item in items)


def scopes(group):
    """The blocks in which functions are declared: the file, its namespaces and its types."""
    yield group
    start = 0
    for index, item in enumerate(group.items):
        if cpp.is_punct(item, ";"):
            start = index + 1
        elif isinstance(item, cpp.Group) and item.role == "block":
            if _is_scope(group.items[start:index]):
                yield from scopes(item)
            start = index + 1


def functions(tree):
    """(name, parameters group, first line, last line) of every function defined or declared; last is 0 for the latter."""
    for scope in scopes(tree):
        start = 0
        for index, item in enumerate(scope.items):
            body = isinstance(item, cpp.Group) and item.role == "block"
            if not body and not cpp.is_punct(item, ";"):
                continue
            head = scope.items[start:index]
            start = index + 1
            while len(head) > 1 and cpp.is_word(head[0], "public", "private", "protected") and cpp.is_punct(head[1], ":"):
                head = head[2:]
            found = _parameters(head)
            if found and not any(cpp.is_word(i, "using", "friend", "static_assert", "return") for i in head):
                yield found[0], found[1], head[0].line, item.end_line if body else 0


def check_source(name, text):
    """(rule, name, message) of one C++ file's functions."""
    tree = cpp.parse(cpp.tokenize(text)[0])
    for function, group, first, last in functions(tree):
        lines, parameters = last - first + 1 if last else 0, count(group)
        where = f"{name}:{first}: {function}()"
        if lines > FUNCTION_LINES:
            yield "function", f"{name}:{function}", f"{where} has {lines} lines, at most {FUNCTION_LINES}"
        if parameters > PARAMETERS:
            yield "parameters", f"{name}:{function}", f"{where} has {parameters} parameters, at most {PARAMETERS}"


def all_faults(root):
    for name in lintlib.files(root, SOURCES):
        text = lintlib.read(root, name)
        lines = len(text.splitlines())
        if lines > FILE_LINES:
            yield "file", name, f"{name}: {lines} lines, at most {FILE_LINES}"
        if name.endswith(lintlib.CPP):
            yield from check_source(name, text)


def check(root):
    allowed, used = exceptions(root), set()
    for rule, name, message in all_faults(root):
        key = (rule, name)
        if key not in allowed:
            yield message
        elif allowed[key] < datetime.date.today():
            yield f"{message} (its exception ended on {allowed[key]})"
        used.add(key)
    for rule, name in sorted(set(allowed) - used):
        yield f"{ALLOWED}: '{rule} {name}' is not needed (any more)"


if __name__ == "__main__":
    lintlib.main(check, "sizes of files, functions and parameter lists")
