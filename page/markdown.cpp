// The reading of HTML is libxml2's, tag by tag: no document is built in memory, and nothing recurses.
#include "page/markdown.hpp"

#include <climits>
#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>
#include <memory>
#include <string>

#include "page/markdown_writer.hpp"

namespace greenroom::page {

using base::errc;
using base::Error;

namespace {
constexpr std::size_t most_words = 500;  // blank-separated, in one tag

std::string_view text_of(const xmlChar* text) {
  return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

/// libxml2 compares every attribute of a tag with every other. Nothing that people write comes near this.
bool has_monstrous_tag(std::string_view html) {
  std::size_t words = 0;
  bool is_in_tag = false, is_blank = false;
  char quote = 0;
  for (const char c : html) {
    if (!is_in_tag) {
      is_in_tag = c == '<';
      words = 0;
      quote = 0;
      continue;
    }
    if (quote != 0) {
      if (c == quote) quote = 0, ++words;
      continue;
    }
    if (c == '"' || c == '\'') quote = c;
    if (c == '>') is_in_tag = false;
    const bool is_space = c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '/';
    if (is_space && !is_blank) ++words;
    is_blank = is_space;
    if (words > most_words) return true;
  }
  return false;
}

TagAttributes attributes_of(const xmlChar** list) {
  TagAttributes out;
  for (; list != nullptr && list[0] != nullptr; list += 2) {
    const std::string_view name = text_of(list[0]);
    const std::string_view value = text_of(list[1]);
    if (name == "href") out.href = value;
    if (name == "src") out.src = value;
    if (name == "alt") out.alt = value;
    if (name == "title") out.title = value;
    if (name == "class") out.classes = value;
    if (name == "start") out.start = value;
    if (name == "type") out.type = value;
    if (name == "hidden") out.is_hidden = true;
    if (name == "checked") out.is_checked = true;
  }
  return out;
}

/// Texts come in pieces, and what a character means depends on its neighbours.
struct Reader {
  MarkdownWriter writer;
  std::string text;

  void flush() {
    if (!text.empty()) writer.text(text);
    text.clear();
  }
};

void on_open(void* data, const xmlChar* name, const xmlChar** attributes) {
  Reader& reader = *static_cast<Reader*>(data);
  reader.flush();
  reader.writer.open(text_of(name), attributes_of(attributes));
}
void on_close(void* data, const xmlChar* name) {
  Reader& reader = *static_cast<Reader*>(data);
  reader.flush();
  reader.writer.close(text_of(name));
}
void on_text(void* data, const xmlChar* text, int size) {
  static_cast<Reader*>(data)->text.append(reinterpret_cast<const char*>(text),
                                          static_cast<std::size_t>(size));
}

struct FreeContext {
  void operator()(htmlParserCtxt* context) const { ::htmlFreeParserCtxt(context); }
};
}  // namespace

base::Result<std::string> to_markdown(std::string_view html, const LinkResolver& absolute) {
  if (html.size() > INT_MAX) return Error{errc::too_large, "the page"};
  if (has_monstrous_tag(html)) return Error{errc::invalid_argument, "a tag with thousands of attributes"};
  Reader reader{MarkdownWriter(absolute), {}};
  if (html.empty()) return reader.writer.finish();
  const std::unique_ptr<htmlParserCtxt, FreeContext> context(
      ::htmlCreateMemoryParserCtxt(html.data(), static_cast<int>(html.size())));
  if (!context) return Error{errc::too_large, "the page"};
  ::htmlCtxtUseOptions(context.get(),
                       HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET | HTML_PARSE_RECOVER);
  xmlSAXHandler events{};
  events.startElement = on_open;
  events.endElement = on_close;
  events.characters = on_text;
  events.ignorableWhitespace = on_text;
  *context->sax = events;
  context->userData = &reader;
  // Whatever the page says of itself: by now it is UTF-8.
  ::xmlSwitchEncoding(context.get(), XML_CHAR_ENCODING_UTF8);
  ::htmlParseDocument(context.get());
  reader.flush();
  return reader.writer.finish();
}

}  // namespace greenroom::page
