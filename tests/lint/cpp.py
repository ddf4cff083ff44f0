"""A small C++ reader for the lint checks: tokens with their lines, and a tree of brackets in which blocks of
statements, initialiser braces and lambdas are told apart. It knows as much of C++ as this code base uses."""

import re
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\n\f\v]+|\\\n)
  | (?P<line_comment>//[^\n]*)
  | (?P<block_comment>/\*.*?\*/)
  | (?P<raw>(?:u8|[uUL])?R"(?P<delimiter>[^()\\ \t\n]*)\(.*?\)(?P=delimiter)")
  | (?P<string>(?:u8|[uUL])?"(?:\\.|[^"\\\n])*")
  | (?P<char>(?:u8|[uUL])?'(?:\\.|[^'\\\n])+')
  | (?P<word>[A-Za-z_]\w*)
  | (?P<number>\.?\d(?:[eEpP][+-]|'?[\w.])*)
  | (?P<punct>->\*?|::|<<=|&&|\|\||\+\+|--|[-+*/%&|^<>=!]=|\.\.\.|.)
    """,
    re.VERBOSE | re.DOTALL,
)
DIRECTIVE = re.compile(r"[ \t]*#(?:[^\n\\]|\\.)*", re.DOTALL)
CLOSING = {"(": ")", "[": "]", "{": "}"}
TYPE_HEADS = {"namespace", "class", "struct", "union", "enum", "extern"}
BLOCK_AFTER = {"else", "do", "try", "const", "noexcept", "override", "final", "mutable", "constexpr", ")", ";"}


@dataclass
class Token:
    kind: str  # word, number, string, char, punct, directive
    text: str
    line: int


@dataclass
class Group:
    """A bracketed stretch. `role`: parens, brackets, block, init; a lambda's introducer is `captures`."""

    open: Token
    items: list = field(default_factory=list)
    role: str = ""
    end_line: int = 0

    @property
    def text(self):
        return self.open.text

    @property
    def line(self):
        return self.open.line


def tokenize(text):
    """(tokens, comments): comments maps a line number to what its comments say."""
    tokens, comments, position, line, fresh = [], {}, 0, 1, True
    while position < len(text):
        if fresh:
            directive = DIRECTIVE.match(text, position)
            if directive:
                tokens.append(Token("directive", directive.group().strip(), line))
                line += directive.group().count("\n")
                position, fresh = directive.end(), False
                continue
        match = TOKEN.match(text, position)
        kind, piece = match.lastgroup, match.group()
        if kind == "delimiter":
            kind = "raw"
        if kind.endswith("comment"):
            for offset, part in enumerate(piece.split("\n")):
                comments[line + offset] = comments.get(line + offset, "") + part
        elif kind != "space":
            tokens.append(Token("string" if kind == "raw" else kind, piece, line))
        line += piece.count("\n")
        fresh = kind == "space" and "\n" in piece or (fresh and kind != "punct" and kind == "space")
        position = match.end()
    return tokens, comments


def is_word(item, *texts):
    return isinstance(item, Token) and item.kind == "word" and (not texts or item.text in texts)


def is_punct(item, *texts):
    return isinstance(item, Token) and item.kind == "punct" and item.text in texts


def parse(tokens):
    """The file as one Group of role `block`. Directives are left out."""
    root = Group(Token("punct", "{", 1), role="block")
    stack = [root]
    for token in tokens:
        if token.kind == "directive":
            continue
        if is_punct(token, "(", "[", "{"):
            group = Group(token)
            group.role = _role(stack[-1], token)
            stack[-1].items.append(group)
            stack.append(group)
        elif is_punct(token, ")", "]", "}"):
            if len(stack) > 1:
                closed = stack.pop()
                closed.end_line = token.line
                if closed.text == "[" and any(isinstance(i, Group) and i.text == "[" for i in closed.items[:1]):
                    closed.role = "brackets"  # [[attribute]]
        else:
            stack[-1].items.append(token)
    return root


def _statement(parent):
    """What stands before the bracket, from the start of its statement."""
    start = len(parent.items)
    while start > 0:
        item = parent.items[start - 1]
        if is_punct(item, ";") or (isinstance(item, Group) and item.role == "block" and not ends_in_expression(parent, start - 1)):
            break
        start -= 1
    return parent.items[start:]


def ends_in_expression(parent, index):
    """True when the block at `index` is a lambda's body, so that its statement goes on behind it."""
    for item in reversed(parent.items[:index]):
        if is_punct(item, ";") or (isinstance(item, Group) and item.role == "block"):
            return False
        if isinstance(item, Group) and item.role == "captures":
            return True
    return False


def _role(parent, token):
    before = parent.items[-1] if parent.items else None
    if token.text == "(":
        return "parens"
    if token.text == "[":
        return "captures" if _starts_lambda(parent) else "brackets"
    if before is None:
        return "block" if parent.role == "block" else "init"
    statement = _statement(parent)
    if _is_lambda_head(statement):
        return "block"
    if parent.role != "block":
        return "init"
    if not statement or isinstance(before, Group) and before.role in ("block", "parens"):
        return "block"
    if isinstance(before, Group) and before.role == "init":
        return "block"  # the body behind a constructor's last member initialiser
    if isinstance(before, Token) and before.text in BLOCK_AFTER | {":"}:
        return "block"
    words = [item for item in statement if is_word(item)]
    if words and any(word.text in TYPE_HEADS for word in words) and not any(is_punct(i, "=") for i in statement):
        return "block"
    if any(is_word(item, "requires") for item in statement) or _has_trailing_return(statement):
        return "block"
    return "init"


def _has_trailing_return(statement):
    for index, item in enumerate(statement):
        if is_punct(item, "->") and index > 0:
            left = statement[index - 1]
            if isinstance(left, Group) and left.role == "parens" or is_word(left, "mutable", "const", "noexcept"):
                return True
    return False


def _is_lambda_head(statement):
    """`[…] (…) mutable -> T` and nothing after: the next brace is a body."""
    for index in range(len(statement) - 1, -1, -1):
        item = statement[index]
        if isinstance(item, Group) and item.role == "captures":
            rest = statement[index + 1 :]
            return not any(is_punct(i, ",", ";", "=", "?") or isinstance(i, Group) and i.role == "block" for i in outside_angles(rest))
    return False


def outside_angles(items):
    depth = 0
    for item in items:
        if is_punct(item, "<"):
            depth += 1
        elif is_punct(item, ">"):
            depth = max(0, depth - 1)
        elif depth == 0:
            yield item


def _starts_lambda(parent):
    items = parent.items
    if not items:
        return parent.text != "["  # [[attribute]]
    before = items[-1]
    if isinstance(before, Group):
        return before.role == "block"
    if before.kind == "punct":
        if before.text in ("&", "&&") and len(items) > 1 and is_word(items[-2], "auto"):
            return False  # auto& [a, b]
        return before.text != ">"
    if before.kind == "word":
        return before.text in ("return", "co_return", "co_await", "co_yield", "case", "throw", "else", "do")
    return False


def blocks(group):
    """Every block below `group`, with the items that head it (from the start of its statement) and its parent."""
    start = 0
    for index, item in enumerate(group.items):
        if is_punct(item, ";"):
            start = index + 1
        if not isinstance(item, Group):
            continue
        if item.role == "block":
            yield group, group.items[start:index], item
        yield from blocks(item)
        if item.role == "block" and not ends_in_expression(group, index):
            start = index + 1


def walk(group):
    """Every token below `group`, in order."""
    for item in group.items:
        if isinstance(item, Group):
            yield from walk(item)
        else:
            yield item
