#include "page/markdown_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "page/markdown_text.hpp"

namespace greenroom::page {

using base::errc;
using base::Error;

namespace {
constexpr std::size_t deepest = 200;                       // tags within each other that are taken apart
constexpr std::size_t most_moved = 1024ull * 1024 * 1024;  // bytes
constexpr std::size_t most_written = 32ull * 1024 * 1024;

template <std::size_t N>
bool is_one_of(std::string_view tag, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), tag) != list.end();
}

/// Not read, or nothing that is read in its order.
constexpr std::array<std::string_view, 20> left_out = {
    "script", "style", "noscript", "template", "title",    "iframe",   "object",   "embed",  "svg",   "math",
    "canvas", "audio", "video",    "select",   "textarea", "datalist", "noframes", "applet", "frame", "map"};

constexpr std::array<std::string_view, 36> blocks = {
    "address", "article",  "aside",  "blockquote", "body",    "caption",  "center",     "dd",     "details",
    "dialog",  "dir",      "div",    "dl",         "dt",      "fieldset", "figcaption", "figure", "footer",
    "form",    "frameset", "header", "hgroup",     "html",    "legend",   "main",       "menu",   "nav",
    "ol",      "p",        "search", "section",    "summary", "table",    "ul",         "li",     "pre"};

/// They have no content, or only group other tags: no frame is kept for them.
constexpr std::array<std::string_view, 17> frameless = {
    "area",  "base",   "br",    "col", "hr",    "img",   "input", "link",    "meta",
    "param", "source", "track", "wbr", "tbody", "thead", "tfoot", "colgroup"};

std::size_t number_in(std::string_view text, std::size_t otherwise) {
  std::size_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc() && number < 1'000'000'000 ? number : otherwise;
}

}  // namespace

void MarkdownWriter::count(std::size_t bytes) { moved_ += bytes; }

bool MarkdownWriter::is_inside(Kind kind) const {
  return std::any_of(stack_.begin(), stack_.end(), [&](const Frame& frame) { return frame.kind == kind; });
}

bool MarkdownWriter::is_flat() const {
  return std::any_of(stack_.begin(), stack_.end(), [](const Frame& frame) {
    return is_in_line(frame.kind) || frame.kind == Kind::heading || frame.kind == Kind::cell;
  });
}

std::string MarkdownWriter::resolved(std::string_view link) const {
  return link_target(absolute_ ? absolute_(link) : std::string(link));
}

MarkdownWriter::Frame MarkdownWriter::frame_of(std::string_view tag, const TagAttributes& attributes) const {
  Frame frame;
  frame.tag = tag;
  frame.kind = Kind::block;
  if (is_inside(Kind::fence)) {
    frame.kind = Kind::plain;
  } else if (tag.size() == 2 && tag[0] == 'h' && tag[1] >= '1' && tag[1] <= '6') {
    frame.kind = Kind::heading;
    frame.number = static_cast<std::size_t>(tag[1] - '0');
  } else if (tag == "blockquote") {
    frame.kind = Kind::quote;
  } else if (tag == "ul" || tag == "ol" || tag == "menu" || tag == "dir") {
    frame.kind = Kind::list;
    frame.is_ordered = tag == "ol";
    frame.number = number_in(attributes.start, 1);
  } else if (tag == "li") {
    frame.kind = Kind::item;
  } else if (tag == "pre") {
    frame.kind = Kind::fence;
    frame.target = language_in(attributes.classes);
  } else if (tag == "table") {
    frame.kind = Kind::table;
  } else if (tag == "tr") {
    frame.kind = stack_.back().kind == Kind::table ? Kind::row : Kind::block;
  } else if (tag == "td" || tag == "th") {
    frame.kind = stack_.back().kind == Kind::row ? Kind::cell : Kind::block;
  } else if (tag == "code" || tag == "kbd" || tag == "samp" || tag == "tt") {
    frame.kind = is_inside(Kind::code) ? Kind::plain : Kind::code;
  } else if (tag == "em" || tag == "i") {
    frame.kind = is_inside(Kind::emphasis) ? Kind::plain : Kind::emphasis;
  } else if (tag == "strong" || tag == "b") {
    frame.kind = is_inside(Kind::strong) || is_inside(Kind::heading) ? Kind::plain : Kind::strong;
  } else if (tag == "del" || tag == "s" || tag == "strike") {
    frame.kind = is_inside(Kind::struck) ? Kind::plain : Kind::struck;
  } else if (tag == "a") {
    const bool leads = !attributes.href.empty() && !is_script(attributes.href) && !is_inside(Kind::link);
    frame.kind = leads ? Kind::link : Kind::plain;
    frame.target = attributes.href;
    frame.title = attributes.title;
  } else if (!is_one_of(tag, blocks)) {
    frame.kind = Kind::plain;
  }
  return frame;
}

void MarkdownWriter::open(std::string_view tag, const TagAttributes& attributes) {
  if (moved_ > most_moved) return;
  if (dropped_ > 0 || attributes.is_hidden || is_one_of(tag, left_out)) {
    ++dropped_;
    return;
  }
  if (write_frameless(tag, attributes)) return;
  if (stack_.size() >= deepest) {
    ++too_deep_;
    return;
  }
  // One within another only arranges things on the page.
  if (tag == "table" && is_inside(Kind::cell)) unmake_tables();
  if (tag == "code" && is_inside(Kind::fence)) {
    for (Frame& frame : stack_)
      if (frame.kind == Kind::fence && frame.target.empty()) frame.target = language_in(attributes.classes);
  }
  Frame frame = frame_of(tag, attributes);
  stack_.push_back(std::move(frame));
}

void MarkdownWriter::unmake_tables() {
  for (Frame& frame : stack_)
    if (frame.kind == Kind::table || frame.kind == Kind::row || frame.kind == Kind::cell)
      frame.kind = Kind::block;
}

bool MarkdownWriter::write_frameless(std::string_view tag, const TagAttributes& attributes) {
  if (!is_one_of(tag, frameless)) return false;
  Frame& top = stack_.back();
  if (tag == "br") {
    if (is_inside(Kind::fence)) {
      top.out += '\n';
    } else if (is_flat()) {
      add_blank(top);
    } else if (!top.out.empty() && !top.is_after_block) {
      while (top.out.ends_with(' ')) top.out.pop_back();
      top.out += "  \n";
    }
  } else if (tag == "hr" && !is_flat()) {
    add_block("---");
  } else if (tag == "img") {
    write_image(attributes);
  } else if (tag == "input" && attributes.type == "checkbox" && is_inside(Kind::item)) {
    add_words(attributes.is_checked ? "[x] " : "[ ] ");
  }
  return true;
}

void MarkdownWriter::write_image(const TagAttributes& attributes) {
  if (attributes.src.empty() || is_script(attributes.src) || is_inside(Kind::code) || is_inside(Kind::fence))
    return;
  std::string alt;
  for (const char c : one_line(attributes.alt)) {
    if (c == '[' || c == ']' || c == '\\' || (c == '|' && is_inside(Kind::cell))) alt += '\\';
    alt += c;
  }
  add_words("![" + alt + "](" + resolved(attributes.src) + titled(attributes.title) + ")");
}

void MarkdownWriter::add_blank(Frame& frame) const {
  const bool is_at_start = frame.out.empty() || frame.is_after_block;
  if (is_at_start && !is_in_line(frame.kind)) return;
  if (frame.out.empty() || (frame.out.back() != ' ' && frame.out.back() != '\n')) frame.out += ' ';
}

void MarkdownWriter::begin_words(Frame& frame) const {
  if (frame.is_after_block && !frame.out.empty()) frame.out += is_flat() ? " " : "\n\n";
  frame.is_after_block = false;
}

void MarkdownWriter::add_words(std::string_view markdown) {
  Frame& top = stack_.back();
  begin_words(top);
  top.out += markdown;
  count(markdown.size());
}

void MarkdownWriter::text(std::string_view characters) {
  if (dropped_ > 0 || moved_ > most_moved) return;
  count(characters.size());
  Frame& top = stack_.back();
  if (is_inside(Kind::fence)) {
    top.out += characters;
    return;
  }
  const bool is_beside_cells = top.kind == Kind::table || top.kind == Kind::row;
  if (is_beside_cells) {
    if (!trimmed_text(characters).empty()) top.title += " " + one_line(characters);
    return;
  }
  TextPlace place;
  place.is_code = is_inside(Kind::code);
  place.is_cell = is_inside(Kind::cell);
  const bool can_begin = !is_flat();
  for (std::size_t i = 0; i < characters.size(); ++i) {
    if (is_markdown_blank(characters[i])) {
      add_blank(top);
      continue;
    }
    begin_words(top);
    place.begins_line = can_begin && (top.out.empty() || top.out.back() == '\n');
    place.before = can_begin ? std::string_view(top.out) : std::string_view();
    top.out += escaped_character(characters, i, place);
  }
}

void MarkdownWriter::close(std::string_view tag) {
  if (moved_ > most_moved) return;
  if (dropped_ > 0) {
    --dropped_;
    return;
  }
  if (is_one_of(tag, frameless)) return;
  if (too_deep_ > 0) {
    --too_deep_;
    return;
  }
  std::size_t at = stack_.size() - 1;
  while (at > 0 && stack_[at].tag != tag) --at;
  if (at == 0) return;
  while (stack_.size() > at) pop();
}

void MarkdownWriter::pop() {
  Frame frame = std::move(stack_.back());
  stack_.pop_back();
  count(frame.out.size());
  if (is_in_line(frame.kind)) return pop_in_line(std::move(frame));
  switch (frame.kind) {
    case Kind::fence:
      return pop_fence(std::move(frame));
    case Kind::item:
      return pop_item(std::move(frame));
    case Kind::row:
      return pop_row(std::move(frame));
    case Kind::cell:
      return pop_cell(std::move(frame));
    default:
      return pop_block(std::move(frame));
  }
}

void MarkdownWriter::pop_block(Frame frame) {
  std::string content(trimmed_text(frame.out));
  if (frame.kind == Kind::table) {
    const std::string beside(trimmed_text(frame.title));
    if (!beside.empty()) content = beside + (content.empty() ? "" : "\n\n" + content);
  }
  if (content.empty()) return;
  if (frame.kind == Kind::heading && !is_flat())
    content = std::string(frame.number, '#') + " " + one_line(content);
  if (frame.kind == Kind::quote && !is_flat()) content = prefixed_lines(content, "> ", true);
  count(content.size());
  Frame& parent = stack_.back();
  const bool is_tight = frame.kind == Kind::list && parent.kind == Kind::item && !parent.out.empty();
  if (is_tight && !is_flat()) {
    parent.out = std::string(trimmed_text(parent.out)) + "\n" + content;
    parent.is_after_block = true;
    return;
  }
  add_block(std::move(content));
}

void MarkdownWriter::add_block(std::string markdown) {
  Frame& parent = stack_.back();
  count(parent.out.size() < markdown.size() ? markdown.size() : 0);
  if (parent.kind == Kind::table || parent.kind == Kind::row) {
    parent.title += " " + one_line(markdown);
    return;
  }
  if (parent.kind == Kind::list) {
    parent.out += (parent.out.empty() ? "" : "\n") + prefixed_lines(markdown, "  ", true);
    return;
  }
  while (!parent.out.empty() && (parent.out.back() == ' ' || parent.out.back() == '\n'))
    parent.out.pop_back();
  if (is_flat()) {
    if (!parent.out.empty()) parent.out += ' ';
    parent.out += one_line(markdown);
  } else {
    if (!parent.out.empty()) parent.out += "\n\n";
    parent.out += markdown;
  }
  parent.is_after_block = true;
}

void MarkdownWriter::pop_in_line(Frame frame) {
  const bool is_fenced = is_inside(Kind::fence);
  Frame& parent = stack_.back();
  if (is_fenced) {
    parent.out += frame.out;
    return;
  }
  const bool leads_blank = frame.out.starts_with(' ');
  const bool trails_blank = frame.out.ends_with(' ') || frame.is_after_block;
  std::string content(trimmed_text(frame.out));
  if (leads_blank) add_blank(parent);
  if (!content.empty()) {
    if (frame.kind == Kind::emphasis) content = "*" + content + "*";
    if (frame.kind == Kind::strong) content = "**" + content + "**";
    if (frame.kind == Kind::struck) content = "~~" + content + "~~";
    if (frame.kind == Kind::code) {
      const std::string ticks(longest_ticks(content) + 1, '`');
      const bool is_padded = content.front() == '`' || content.back() == '`';
      content = ticks + (is_padded ? " " : "") + content + (is_padded ? " " : "") + ticks;
    }
    if (frame.kind == Kind::link) {
      content = "[" + content + "](" + resolved(frame.target) + titled(frame.title) + ")";
      // What stands before must not make it a picture.
      if (parent.out.ends_with('!') && !parent.is_after_block) parent.out.insert(parent.out.size() - 1, "\\");
    }
    add_words(content);
  }
  if (trails_blank) add_blank(stack_.back());
}

void MarkdownWriter::pop_fence(Frame frame) {
  std::string_view content = frame.out;
  if (content.starts_with('\n')) content.remove_prefix(1);
  while (!content.empty() && (content.back() == '\n' || content.back() == ' ')) content.remove_suffix(1);
  if (trimmed_text(content).empty()) return;
  if (is_flat()) return add_words("`" + one_line(content) + "`");
  const std::string fence(std::max<std::size_t>(3, longest_ticks(content) + 1), '`');
  add_block(fence + frame.target + "\n" + std::string(content) + "\n" + fence);
}

void MarkdownWriter::pop_item(Frame frame) {
  const std::string_view content = trimmed_text(frame.out);
  if (content.empty()) return;
  Frame& parent = stack_.back();
  if (is_flat()) return add_block(std::string(content));
  const bool is_in_list = parent.kind == Kind::list;
  const std::string marker =
      is_in_list && parent.is_ordered ? std::to_string(parent.number++) + ". " : std::string("- ");
  std::string line = marker + prefixed_lines(content, std::string(marker.size(), ' '), false);
  count(line.size());
  if (!is_in_list) return add_block(std::move(line));
  if (!parent.out.empty()) parent.out += '\n';
  parent.out += line;
}

void MarkdownWriter::pop_cell(Frame frame) {
  Frame& row = stack_.back();
  row.out += "| " + one_line(frame.out) + " ";
  ++row.number;
}

void MarkdownWriter::pop_row(Frame frame) {
  Frame& table = stack_.back();
  table.title += frame.title;
  if (frame.number == 0) return;
  if (!table.out.empty()) table.out += '\n';
  table.out += frame.out + "|";
  if (table.number++ > 0) return;
  table.out += '\n';
  for (std::size_t i = 0; i < frame.number; ++i) table.out += "| --- ";
  table.out += '|';
}

base::Result<std::string> MarkdownWriter::finish() {
  while (stack_.size() > 1 && moved_ <= most_moved) pop();
  if (moved_ > most_moved || stack_.front().out.size() > most_written)
    return Error{errc::too_large, "the page's Markdown"};
  return std::string(trimmed_text(stack_.front().out));
}

}  // namespace greenroom::page
