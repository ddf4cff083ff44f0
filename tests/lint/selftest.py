#!/usr/bin/env python3
"""Proves that each check sees what it is for: a small tree that is clean, then the same tree with one fault planted."""

import importlib
import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

ERROR_HPP = "#pragma once\nenum class errc {\n  first = 1,  ///< one\n  second,\n};\n"
ERROR_CPP = (
    '#include "base/error.hpp"\nWords words(errc code) {\n  switch (code) {\n    case errc::first:\n'
    '      return {"first", "the first"};\n    case errc::second:\n      return {"second", "the second"};\n  }\n}\n'
    "Error f() { return Error{errc::first}; }\nError g() { return Error{errc::second}; }\n"
)
CLEAN = {
    "base/CMakeLists.txt": "project_library(base SOURCES error.cpp HEADERS error.hpp)\n",
    "base/error.hpp": ERROR_HPP,
    "base/error.cpp": ERROR_CPP,
    "net/CMakeLists.txt": "project_library(net SOURCES a.cpp DEPS base LINK Boost::headers)\n",
    "net/a.hpp": "#pragma once\n",
    "net/a.cpp": '#include "net/a.hpp"\n\n#include "base/error.hpp"\n',
    "cdp/CMakeLists.txt": "project_library(cdp HEADERS discovery.hpp line.hpp DEPS net base)\n",
    "cdp/discovery.hpp": "#pragma once\n",
    "cdp/line.hpp": "#pragma once\n",
    "config/CMakeLists.txt": "project_library(config SOURCES load.cpp DEPS base)\n",
    "config/load.hpp": "#pragma once\n",
    "config/load.cpp": 'auto a = text("server.listen");\nauto b = number("server.deep.port");\n',
    "config/default.yaml": '# Settings\nserver:\n  listen: "127.0.0.1:1"  # where\n  deep:\n    port: 1\n',
    "api/CMakeLists.txt": "project_library(api SOURCES steel.cpp DEPS cdp net base)\n",
    "api/steel.cpp": '#include "cdp/discovery.hpp"\n',
    "daemon/CMakeLists.txt": "project_library(daemon SOURCES app.cpp DEPS config base)\n",
    "daemon/app.cpp": '#include "config/load.hpp"\n',
    "README.md": "# Title here\n\nSee [it](net/a.cpp) and [that](#title-here).\n",
    ".clang-format": "BasedOnStyle: Google\nColumnLimit: 110\n",
}


def coroutine(body):
    return "Task<void> f() {\n  " + body + "\n}\n"


class Lint(unittest.TestCase):
    def problems(self, check, planted=None):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in (CLEAN | (planted or {})).items():
                path = Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return list(importlib.import_module(check).check(folder))

    def sees(self, check, planted, *words):
        found = self.problems(check, planted)
        for word in words:
            self.assertTrue(any(word in line for line in found), f"{check} did not say '{word}': {found}")

    def ignores(self, check, planted=None):
        self.assertEqual(self.problems(check, planted), [])


class Deps(Lint):
    def test_clean_tree(self):
        self.ignores("check_deps")

    def test_include_that_is_not_in_deps(self):
        self.sees("check_deps", {"net/a.cpp": '#include "cdp/line.hpp"\n'}, "net/a.cpp:1:", "cdp is not in the DEPS of net")

    def test_cycle(self):
        self.sees("check_deps", {"base/CMakeLists.txt": "project_library(base SOURCES a.cpp DEPS cdp)\n"}, "round in a circle")

    def test_api_sees_only_discovery(self):
        self.sees("check_deps", {"api/steel.cpp": '#include "cdp/line.hpp"\n'}, "only cdp/discovery.hpp")

    def test_api_never_sees_the_store_even_if_its_list_names_it(self):
        planted = {"api/CMakeLists.txt": "project_library(api DEPS store base)\n", "store/CMakeLists.txt": "project_library(store DEPS base)\n",
                   "store/rows.hpp": "#pragma once\n", "api/steel.cpp": '#include "store/rows.hpp"\n'}
        self.sees("check_deps", planted, "api/ never includes store/")

    def test_only_daemon_reads_config(self):
        self.sees("check_deps", {"net/CMakeLists.txt": "project_library(net DEPS config base)\n", "net/a.cpp": '#include "config/load.hpp"\n'},
                  "only daemon/ reads config/")

    def test_header_that_is_not_there(self):
        self.sees("check_deps", {"net/a.cpp": '#include "net/none.hpp"\n'}, "no file of this project")

    def test_unknown_folder_in_deps(self):
        self.sees("check_deps", {"net/CMakeLists.txt": "project_library(net DEPS base nothing)\n"}, "nothing")


class Names(Lint):
    def test_clean_tree(self):
        self.ignores("check_names")

    def test_libraries_outside_their_folder(self):
        self.sees("check_names", {"cdp/x.cpp": "#include <boost/beast/http.hpp>\n"}, "cdp/x.cpp:1: Beast")
        self.sees("check_names", {"cdp/x.cpp": "namespace b = boost::beast;\n"}, "Beast")
        self.sees("check_names", {"cdp/x.cpp": "SQLite::Database d;\n"}, "SQLite")
        self.sees("check_names", {"cdp/x.cpp": "YAML::Node n;\n"}, "YAML")
        self.sees("check_names", {"cdp/x.cpp": "asio::io_context c;\n"}, "io_context")

    def test_their_own_folder_and_comments_may(self):
        self.ignores("check_names", {"net/b.cpp": "#include <boost/beast/http.hpp>\nbeast::tcp_stream s;\n"})
        self.ignores("check_names", {"cdp/x.cpp": "// not beast::http, not std::mutex, never detached\nconst char* s = \"YAML::\";\nvoid detached(int line);\n"})

    def test_threads_sleeps_and_detachment(self):
        for text in ("std::mutex m;", "std::thread t;", "std::atomic<int> a;", "#include <mutex>", "co_spawn(e, f(), asio::detached);", "#include <boost/asio/detached.hpp>",
                     "std::this_thread::sleep_for(1s);", "auto s = shared_from_this();", "void f() {\n  try {\n  } catch (...) {\n  }\n}"):
            self.sees("check_names", {"cdp/x.cpp": text + "\n"}, "cdp/x.cpp:")

    def test_exceptions_hold_and_must_be_needed(self):
        allow = {"tests/lint/names_allowed.txt": "# why\nthread cdp/x.cpp because\n"}
        self.ignores("check_names", allow | {"cdp/x.cpp": "std::mutex m;\n"})
        self.sees("check_names", allow, "not needed")

    def test_providers(self):
        self.sees("check_names", {"session/x.cpp": "// as Browserbase does\n"}, "session/x.cpp:1:", "browserbase")
        self.sees("check_names", {"api/steel.cpp": "int hyperbrowser;\n"}, "hyperbrowser")
        self.sees("check_names", {"api/common.cpp": "struct SteelReader;\nint steel_port;\n"}, "steel")
        self.sees("check_names", {"web/index.html": "<p>Stagehand</p>\n"}, "web/index.html:1:")
        for said in ("Claude Scope", "claude-scope", "claudescope", "CLAUDE_SCOPE"):
            self.sees("check_names", {"session/x.cpp": f"// {said}\n"}, "claude_scope")

    def test_providers_in_their_dialects(self):
        self.ignores("check_names", {"api/steel.cpp": "int steel;\n", "api/steel_render.hpp": "int Steel;\n", "api/steel/parse.cpp": "int steel;\n",
                                     "api/claude_scope/x.cpp": "// Claude Scope\n",
                                     "api/dialects.cpp": "steel(); notte();\n", "session/x.cpp": "// annotted stainlesssteel\n"})


class Coroutines(Lint):
    BAD = {
        "aggregate argument": "co_await g({.name = s, .n = 3});",
        "typed aggregate": "auto r = co_await g(Opts{s, 3});",
        "templated aggregate": "auto r = co_await g(std::vector<int>{1, 2});",
        "over lines": "auto r =\n    co_await g(a,\n               Opts{\n                   s});",
        "before the co_await": "v.push_back({.b = (co_await g()).b});",
        "aggregate holds the co_await": "auto o = Opts{.b = (co_await g()).b};",
        "in a condition": "if (auto r = co_await g(Opts{s}); !r) return;",
        "in a loop head": "while (co_await g({1, 2})) h();",
        "in a for part": "for (int i = 0; i < co_await g({1}); ++i) h();",
        "condition by itself": "if (co_await g()) h();",
        "negated condition": "if (!co_await g()) h();",
        "deep in a condition": "while ((co_await state).value() == none) h();",
        "conditional operator": "auto r = c ? co_await g() : h();",
        "beside an or": "const bool b = a || !co_await g();",
        "capturing lambda": "co_await spawn(e, [s = std::string(x)]() -> Task<void> { co_return; }, use_awaitable);",
        "capture by reference": "co_await run([&] { return 1; });",
        "inside a lambda's body": "auto f = [] () -> Task<void> { co_await g({1}); };",
        "co_return": "co_return co_await g(Opts{s});",
        "after a raw string": 'auto t = R"x({)x"; co_await g({t});',
    }
    GOOD = {
        "named": "Opts o{s, 3};\n  co_await g(std::move(o));",
        "constructor": "co_await g(Class(a, b));",
        "empty braces": "co_await g(Opts{});",
        "next statement": "auto r = co_await g();\n  if (!r) co_return Error{errc::io, s};",
        "condition then aggregate": "const bool b = co_await g();\n  if (b) co_return Opts{s};",
        "declaration in a condition": "if (auto r = co_await g(); !r) h();",
        "awaitable operators": "auto r = co_await (g() || h());",
        "named lambda": "auto f = [s] { return s; };\n  co_await run(f);",
        "awaiting lambda body": "auto f = [s]() -> Task<void> { co_await g(s); };",
        "lambda in its own statement, body awaits": "group.spawn([this]() -> Task<void> { co_await g(); }());",
        "captureless lambda": "co_await run([] { return 1; });",
        "structured binding": "auto [error, n] = co_await g();\n  auto& [a, b] = co_await h();\n  [[maybe_unused]] auto [c, d] = co_await h();",
        "subscript": "v[i] = co_await g(w[j + 1]);",
        "block after": "if (const auto r = co_await g()) {\n    h({1});\n  } else {\n    h({2});\n  }",
        "comment": "co_await g();  // not {1, 2} here",
        "string": 'co_await g("{1}");',
        "excused": "co_await g(Point{1, 2});  // C1: ok, trivially destructible",
        "excused above": "// C1: ok, trivially destructible\n  co_await g(Point{1, 2});",
        "initialiser list before": "const std::array<int, 2> a = {1, 2};\n  co_await g(a);",
        "try block": "try {\n    co_await g();\n  } catch (const E& e) {\n    h(Opts{1});\n  }",
    }

    def test_clean_tree(self):
        self.ignores("check_coroutines")

    def test_temporaries_and_captures_are_seen(self):
        for what, body in self.BAD.items():
            with self.subTest(what):
                self.sees("check_coroutines", {"net/c.cpp": coroutine(body)}, "net/c.cpp:")

    def test_what_is_correct_is_not_reported(self):
        for what, body in self.GOOD.items():
            with self.subTest(what):
                self.ignores("check_coroutines", {"net/c.cpp": coroutine(body)})

    def test_members_and_their_initialisers(self):
        text = "struct A : B {\n  A(int x) : B(x), a_{x} { use(x); }\n  Task<int> f() override { co_return co_await g(a_); }\n  int a_{1};\n};\n"
        self.ignores("check_coroutines", {"net/c.hpp": text})
        self.sees("check_coroutines", {"net/c.hpp": text.replace("g(a_)", "g({a_})")}, "net/c.hpp:3:")


class Sizes(Lint):
    def test_clean_tree(self):
        self.ignores("check_sizes")

    def test_long_file(self):
        self.sees("check_sizes", {"net/b.cpp": "int x;\n" * 401}, "net/b.cpp: 401 lines")
        self.ignores("check_sizes", {"net/b.cpp": "int x;\n" * 400})

    def test_long_function(self):
        def text(n):
            return "namespace a {\nclass B {\n public:\n  int f(int x) const {\n" + "    x;\n" * n + "  }\n};\n}\n"

        self.sees("check_sizes", {"net/b.cpp": text(59)}, "net/b.cpp:4: f() has 61 lines")
        self.ignores("check_sizes", {"net/b.cpp": text(58)})

    def test_many_parameters(self):
        self.sees("check_sizes", {"net/b.cpp": "void f(int a, int b, int c, int d, int e, int g) {}\n"}, "f() has 6 parameters")
        self.sees("check_sizes", {"net/b.hpp": "struct S {\n  virtual int f(int a, int b, int c, int d, int e, int g) = 0;\n};\n"}, "6 parameters")
        self.ignores("check_sizes", {"net/b.cpp": "int f(std::map<int, int> a, int b, int c, int d, T<1, 2> e) { return g(1, 2, 3, 4, 5, 6); }\n"})

    def test_exceptions_end(self):
        long, allow = {"net/b.cpp": "int x;\n" * 401}, "tests/lint/sizes_allowed.txt"
        self.ignores("check_sizes", long | {allow: "file net/b.cpp 9999-01-01 a table\n"})
        self.sees("check_sizes", long | {allow: "file net/b.cpp 2020-01-01 a table\n"}, "ended on 2020-01-01")
        self.sees("check_sizes", {allow: "file net/b.cpp 9999-01-01 a table\n"}, "not needed")


class Format(Lint):
    def test_clean_and_crooked(self):
        tidy = {name: "" for name in CLEAN if name.endswith((".cpp", ".hpp"))}
        self.ignores("check_format", tidy | {"net/a.cpp": "int main() { return 0; }\n"})
        self.sees("check_format", tidy | {"net/a.cpp": "int main( ){return 0;}\n"}, "net/a.cpp:1:")


class Docs(Lint):
    def test_clean_tree(self):
        self.ignores("check_docs")

    def test_dead_links(self):
        self.sees("check_docs", {"docs/a.md": "text\n[x](../net/none.cpp)\n"}, "docs/a.md:2:")
        self.sees("check_docs", {"docs/a.md": "[x](../README.md#no-such)\n"}, "no heading")
        self.ignores("check_docs", {"docs/a.md": "[x](../README.md#title-here) [y](https://example.org/z) `[no](link)`\n```\n[no](link)\n```\n"})

    def test_key_that_nobody_reads(self):
        self.sees("check_docs", {"config/default.yaml": CLEAN["config/default.yaml"] + "log:\n  level: info\n"}, "'log.level' is read nowhere")

    def test_key_that_is_not_documented(self):
        self.sees("check_docs", {"config/load.cpp": CLEAN["config/load.cpp"] + 'auto c = text("browser.headless");\n'}, "'browser.headless' is not in")

    def test_lists_and_empty_values_are_values(self):
        self.ignores("check_docs", {"config/default.yaml": 'server:\n  listen:\n    - a\n  deep:\n    port: {}  # x\n'})


class Errc(Lint):
    MAP = "int status(errc c) {\n  switch (c) {\n    case errc::first:\n    case errc::second:\n    case errc::third:\n      return 1;\n  }\n}\n"
    THREE = {"base/error.hpp": ERROR_HPP.replace("  second,\n", "  second,\n  third,\n"),
             "base/error.cpp": ERROR_CPP.replace("    case errc::second", '    case errc::third:\n      return {"third", "x"};\n    case errc::second')}

    def test_clean_tree(self):
        self.ignores("check_errc")

    def test_without_sentence(self):
        self.sees("check_errc", {"base/error.cpp": ERROR_CPP.replace('"the second"', '""')}, "errc::second lacks")

    def test_produced_nowhere(self):
        self.sees("check_errc", self.THREE | {"api/steel.cpp": self.MAP, "net/a.cpp": "bool b = e.code == errc::third;\n"}, "errc::third is produced nowhere")
        self.ignores("check_errc", self.THREE | {"api/steel.cpp": self.MAP, "net/a.cpp": "auto e = Error{base::errc::third, s};\n"})

    def test_not_mapped(self):
        four = {name: text.replace("third", "third,\n  fourth", 1) if name.endswith("hpp") else text for name, text in self.THREE.items()}
        self.sees("check_errc", four | {"api/steel.cpp": self.MAP}, "api/steel.cpp: errc::fourth is not mapped")


class Text(Lint):
    def test_clean_tree(self):
        self.ignores("check_text")

    def test_machine_paths_hosts_and_notes(self):
        self.sees("check_text", {"docs/a.md": "see /wo" + "rk/shared/x\n"}, "docs/a.md:1: a path")
        self.sees("check_text", {"net/a.cpp": "// /tmp/" + "wt/x\n"}, "a path")
        self.sees("check_text", {"docs/a.md": "https://registry.np" + "mjs.org/x\n"}, "registry")
        self.sees("check_text", {"net/a.cpp": "// TO" + "DO: later\n"}, "needs its kind")
        self.ignores("check_text", {"net/a.cpp": "// TO" + "DO(perf): faster\nconst char* p = \"a/wo" + "rk/b\";\n"})

    def test_lock_files(self):
        def lock(entry):
            return {"t/package-lock.json": json.dumps({"packages": {"": {}, "node_modules/x": entry}})}

        self.sees("check_text", lock({"integrity": "sha512-x", "resolved": "https://x"}), '"resolved"')
        self.sees("check_text", lock({}), '"integrity"')
        self.ignores("check_text", lock({"integrity": "sha512-x"}))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "--quiet", *sys.argv[1:]])
