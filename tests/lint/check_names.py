#!/usr/bin/env python3
"""Names that may be said only in certain places: libraries in the folder that wraps them, threads and detachment
nearly nowhere, providers in their dialects. Exceptions are in names_allowed.txt, each with its reason."""

import re
from pathlib import Path

import cpp
import lintlib

ALLOWED = "tests/lint/names_allowed.txt"
PROVIDERS = ("browserbase", "hyperbrowser", "notte", "stagehand", "steel", "claude_scope")
# Words of one provider's wire that are another one's name.
WIRE = {("api/stagehand/", "browserbase")}
SHORT = ("notte", "steel")  # also syllables of other words, so only as words of their own
WEB = (".html", ".css", ".js", ".mjs", ".ts", ".svg")
THREADS = {"thread", "jthread", "mutex", "shared_mutex", "recursive_mutex", "timed_mutex", "condition_variable",
           "lock_guard", "unique_lock", "scoped_lock", "atomic", "atomic_flag", "async"}

# rule -> places where it may be said
PLACES = {
    "beast": ("net/", "tests/unit/net/", "tests/fuzz/net_"),
    "io_context": ("daemon/", "tests/", "bench/"),
    "sqlite": ("store/", "tests/unit/store/"),
    "yaml": ("config/", "tests/unit/config/"),
    "detached": (),
    "shared_from_this": (),
    "thread": ("tests/", "base/detached_jobs.cpp"),
    "sleep": (),
    "catch_all": ("tests/fuzz/",),
}
SENTENCES = {
    "beast": "Beast is named only in net/",
    "io_context": "only daemon/ and tests name io_context; take an Executor",
    "sqlite": "SQLite is named only in store/",
    "yaml": "YAML is named only in config/",
    "detached": "no coroutine is detached (rule C3): use a TaskGroup",
    "shared_from_this": "a frame or a parent owns (rule C4)",
    "thread": "no thread, lock or atomic here: use BlockingPool, or DetachedJobs",
    "sleep": "nothing sleeps on a thread; wait with a deadline",
    "catch_all": "catch (...) is for the few roots",
}


def said(text):
    """(rule, line) for everything of interest that the code, not its comments, says."""
    tokens, _ = cpp.tokenize(text)
    for index, token in enumerate(tokens):
        word, line = token.text, token.line
        if token.kind == "directive":
            for pattern, rule in ((r"boost/beast", "beast"), (r"SQLiteCpp|sqlite3", "sqlite"), (r"yaml-cpp", "yaml"),
                                  (r"include\s*<(thread|mutex|shared_mutex|condition_variable|atomic|future)>", "thread"),
                                  (r"boost/asio/io_context", "io_context"), (r"boost/asio/detached", "detached")):
                if re.search(pattern, word):
                    yield rule, line
            continue
        if token.kind != "word":
            continue
        before = [t.text for t in tokens[max(0, index - 2) : index]]
        after = [t.text for t in tokens[index + 1 : index + 5]]
        if word == "beast" and (after[:1] == ["::"] or before[-1:] == ["::"]):
            yield "beast", line
        elif word == "SQLite" and after[:1] == ["::"] or word.startswith("sqlite3_"):
            yield "sqlite", line
        elif word == "YAML":
            yield "yaml", line
        elif word == "io_context" or word == "detached" and before == ["asio", "::"]:
            yield word, line
        elif word in ("shared_from_this", "enable_shared_from_this"):
            yield "shared_from_this", line
        elif word == "this_thread" or word in ("usleep", "nanosleep") and after[:1] == ["("]:
            yield "sleep", line
        elif word in THREADS and before == ["std", "::"]:
            yield "thread", line
        elif word == "catch" and after[:3] == ["(", "...", ")"]:
            yield "catch_all", line


def exceptions(root):
    """(rule, file) -> reason."""
    path, found = Path(root) / ALLOWED, {}
    if path.is_file():
        for line in path.read_text().splitlines():
            if line.strip() and not line.startswith("#"):
                rule, name, reason = line.split(None, 2)
                found[rule, name] = reason
    return found


def provider_places(name, provider):
    """True where a provider may be named."""
    if name.startswith("tests/"):
        return True  # suites and goldens are about providers; production code is what must not know them
    if any(name.startswith(folder) and provider == other for folder, other in WIRE):
        return True
    return name == "api/dialects.cpp" or bool(re.match(rf"api/{provider}(/|[\w.]*\.[ch]pp$)", name))


def provider_names(name, text):
    for provider in PROVIDERS:
        said_as = provider.replace("_", "[ _-]?")
        pattern = rf"(?i)(?<![a-z]){said_as}(?![a-z])" if provider in SHORT else rf"(?i){said_as}"
        if provider_places(name, provider):
            continue
        for match in re.finditer(pattern, text):
            yield f"{name}:{lintlib.line_of(text, match.start())}: the provider '{provider}' is named outside its dialect"


def check(root):
    allowed, used = exceptions(root), set()
    for name in lintlib.files(root, lintlib.CPP):
        text = lintlib.read(root, name)
        for rule, line in said(text):
            if (rule, name) in allowed:
                used.add((rule, name))
            elif not name.startswith(PLACES[rule] or ("\0",)):
                yield f"{name}:{line}: {SENTENCES[rule]}"
        yield from provider_names(name, text)
    for name in lintlib.files(root, WEB, "web/"):
        yield from provider_names(name, lintlib.read(root, name))
    for rule, name in sorted(set(allowed) - used):
        yield f"{ALLOWED}: '{rule} {name}' is not needed (any more)"


if __name__ == "__main__":
    lintlib.main(check, "names in their places")
