// Puts Markdown together from the tags and texts of a page, in their order. The rules are those of npm's
// turndown, which many scrapers use, without its document tree.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "page/markdown.hpp"

namespace greenroom::page {

/// The attributes that matter.
struct TagAttributes {
  std::string href;
  std::string src;
  std::string alt;
  std::string title;
  std::string classes;
  std::string start;  ///< of an ordered list
  std::string type;   ///< of an input
  bool is_hidden = false;
  bool is_checked = false;
};

/// Every open() has its close(), of empty elements too; what is never closed is closed by finish().
/// Lifetime `absolute` outlives it.
class MarkdownWriter {
 public:
  explicit MarkdownWriter(const LinkResolver& absolute) : absolute_(absolute), stack_(1) {}

  void open(std::string_view tag, const TagAttributes& attributes);
  void close(std::string_view tag);
  void text(std::string_view characters);
  /// Errors: too_large.
  base::Result<std::string> finish();

 private:
  enum class Kind {
    block,
    heading,
    quote,
    list,
    item,
    fence,
    table,
    row,
    cell,
    // Within a line:
    code,
    emphasis,
    strong,
    struck,
    link,
    plain,
  };
  struct Frame {
    Kind kind = Kind::block;
    std::string tag;
    std::string out;
    bool is_after_block = false;  // what comes next begins a paragraph
    bool is_ordered = false;
    std::size_t number = 0;  // heading: its level; list: its next item; table, row: rows, cells so far
    std::string target;      // link: where to; fence: the language
    std::string title;       // link; table: what stands beside its cells
  };

  static bool is_in_line(Kind kind) { return kind >= Kind::code; }
  bool is_inside(Kind kind) const;
  /// Whether blocks have to become a part of a line.
  bool is_flat() const;
  Frame frame_of(std::string_view tag, const TagAttributes& attributes) const;
  bool write_frameless(std::string_view tag, const TagAttributes& attributes);
  void unmake_tables();
  void write_image(const TagAttributes& attributes);
  void add_blank(Frame& frame) const;
  void begin_words(Frame& frame) const;
  void add_words(std::string_view markdown);
  void add_block(std::string markdown);
  void pop();
  void pop_block(Frame frame);
  void pop_in_line(Frame frame);
  void pop_fence(Frame frame);
  void pop_item(Frame frame);
  void pop_cell(Frame frame);
  void pop_row(Frame frame);
  std::string resolved(std::string_view link) const;
  void count(std::size_t bytes);

  const LinkResolver& absolute_;
  std::vector<Frame> stack_;
  std::size_t too_deep_ = 0;  // open tags below what is still taken apart
  std::size_t dropped_ = 0;   // open tags within one that is left out, itself included
  std::size_t moved_ = 0;     // bytes: what is nested is copied at each of its ends
};

}  // namespace greenroom::page
