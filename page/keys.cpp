#include "page/keys.hpp"

#include <array>

namespace greenroom::page {

using base::errc;
using base::Error;

namespace {
struct Named {
  std::string_view name;  // lower case
  std::string_view key;
  std::string_view code;
  int number;
  std::string_view text;
  int modifier;
};

constexpr std::array named_keys = {
    Named{"enter", "Enter", "Enter", 13, "\r", 0},
    Named{"return", "Enter", "Enter", 13, "\r", 0},
    Named{"tab", "Tab", "Tab", 9, "", 0},
    Named{"backspace", "Backspace", "Backspace", 8, "", 0},
    Named{"escape", "Escape", "Escape", 27, "", 0},
    Named{"esc", "Escape", "Escape", 27, "", 0},
    Named{"delete", "Delete", "Delete", 46, "", 0},
    Named{"del", "Delete", "Delete", 46, "", 0},
    Named{"insert", "Insert", "Insert", 45, "", 0},
    Named{"arrowleft", "ArrowLeft", "ArrowLeft", 37, "", 0},
    Named{"left", "ArrowLeft", "ArrowLeft", 37, "", 0},
    Named{"arrowup", "ArrowUp", "ArrowUp", 38, "", 0},
    Named{"up", "ArrowUp", "ArrowUp", 38, "", 0},
    Named{"arrowright", "ArrowRight", "ArrowRight", 39, "", 0},
    Named{"right", "ArrowRight", "ArrowRight", 39, "", 0},
    Named{"arrowdown", "ArrowDown", "ArrowDown", 40, "", 0},
    Named{"down", "ArrowDown", "ArrowDown", 40, "", 0},
    Named{"home", "Home", "Home", 36, "", 0},
    Named{"end", "End", "End", 35, "", 0},
    Named{"pageup", "PageUp", "PageUp", 33, "", 0},
    Named{"pagedown", "PageDown", "PageDown", 34, "", 0},
    Named{"space", " ", "Space", 32, " ", 0},
    Named{"control", "Control", "ControlLeft", 17, "", 2},
    Named{"ctrl", "Control", "ControlLeft", 17, "", 2},
    Named{"shift", "Shift", "ShiftLeft", 16, "", 8},
    Named{"alt", "Alt", "AltLeft", 18, "", 1},
    Named{"option", "Alt", "AltLeft", 18, "", 1},
    Named{"meta", "Meta", "MetaLeft", 91, "", 4},
    // The browser runs on Linux, where Control is what programs mean by these.
    Named{"cmd", "Control", "ControlLeft", 17, "", 2},
    Named{"command", "Control", "ControlLeft", 17, "", 2},
    Named{"controlormeta", "Control", "ControlLeft", 17, "", 2},
};

struct Symbol {
  char plain;
  char shifted;
  std::string_view code;
  int number;
};

constexpr std::array symbols = {
    Symbol{'0', ')', "Digit0", 48},        Symbol{'1', '!', "Digit1", 49},
    Symbol{'2', '@', "Digit2", 50},        Symbol{'3', '#', "Digit3", 51},
    Symbol{'4', '$', "Digit4", 52},        Symbol{'5', '%', "Digit5", 53},
    Symbol{'6', '^', "Digit6", 54},        Symbol{'7', '&', "Digit7", 55},
    Symbol{'8', '*', "Digit8", 56},        Symbol{'9', '(', "Digit9", 57},
    Symbol{'`', '~', "Backquote", 192},    Symbol{'-', '_', "Minus", 189},
    Symbol{'=', '+', "Equal", 187},        Symbol{'[', '{', "BracketLeft", 219},
    Symbol{']', '}', "BracketRight", 221}, Symbol{'\\', '|', "Backslash", 220},
    Symbol{';', ':', "Semicolon", 186},    Symbol{'\'', '"', "Quote", 222},
    Symbol{',', '<', "Comma", 188},        Symbol{'.', '>', "Period", 190},
    Symbol{'/', '?', "Slash", 191},
};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// F1 to F24, or 0.
int function_key(std::string_view name) {
  if (name.size() < 2 || name.size() > 3 || name[0] != 'f') return 0;
  int number = 0;
  for (const char c : name.substr(1)) {
    if (c < '0' || c > '9') return 0;
    number = number * 10 + (c - '0');
  }
  return number <= 24 ? number : 0;
}

/// One character, which a US keyboard may have or not.
Key character(std::string_view text) {
  Key out;
  out.key = text;
  out.text = text;
  if (text.size() != 1) return out;
  const char c = text[0];
  const bool is_capital = c >= 'A' && c <= 'Z';
  if (is_capital || (c >= 'a' && c <= 'z')) {
    const char capital = is_capital ? c : static_cast<char>(c - 'a' + 'A');
    out.code = std::string("Key") + capital;
    out.number = capital;
  } else if (c == ' ') {
    out.code = "Space";
    out.number = 32;
  }
  for (const Symbol& symbol : symbols) {
    if (symbol.plain != c && symbol.shifted != c) continue;
    out.code = symbol.code;
    out.number = symbol.number;
  }
  return out;
}

std::size_t characters(std::string_view utf8) {
  std::size_t count = 0;
  for (const char c : utf8) count += (static_cast<unsigned char>(c) & 0xC0u) != 0x80u ? 1u : 0u;
  return count;
}

base::Result<Key> one_key(std::string_view name) {
  if (characters(name) == 1) return character(name);
  const std::string small = lower(name);
  for (const Named& known : named_keys)
    if (known.name == small)
      return Key{std::string(known.key), std::string(known.code), known.number, std::string(known.text),
                 known.modifier};
  if (const int number = function_key(small); number > 0)
    return Key{"F" + std::to_string(number), "F" + std::to_string(number), 111 + number, "", 0};
  return Error{errc::invalid_argument, "there is no key '" + std::string(name.substr(0, 40)) + "'"};
}
}  // namespace

base::Result<std::vector<Key>> parse_keys(std::string_view text) {
  std::vector<Key> out;
  while (true) {
    // A plus that begins a name is that name: "+", "Control++".
    const std::size_t plus = text.find('+', 1);
    const std::string_view name = text.substr(0, plus);
    if (name.empty()) return Error{errc::invalid_argument, "no key is named"};
    auto key = one_key(name);
    if (!key) return key.error();
    out.push_back(std::move(*key));
    if (plus == text.npos) return out;
    if (out.size() >= 8) return Error{errc::invalid_argument, "too many keys at once"};
    text.remove_prefix(plus + 1);
  }
}

}  // namespace greenroom::page
