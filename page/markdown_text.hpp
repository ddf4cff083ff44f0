// Texts as Markdown wants them. Pure.
#pragma once

#include <string>
#include <string_view>

namespace greenroom::page {

bool is_markdown_blank(char c);
/// Without blanks and line ends at both ends.
std::string_view trimmed_text(std::string_view text);
/// As one line: runs of blanks and line ends become one blank.
std::string one_line(std::string_view text);
/// Every line but the first one (`first_too`: that one, too) begins with this; empty ones do not end with
/// blanks.
std::string prefixed_lines(std::string_view text, std::string_view prefix, bool first_too);
/// The longest run of backticks.
std::size_t longest_ticks(std::string_view text);
/// An address as it may stand in a link's brackets.
std::string link_target(std::string_view address);

/// ' "what"', or nothing, as it stands behind a link's address.
std::string titled(std::string_view title);
/// Whether an address is no place to go to but something that runs, or data.
bool is_script(std::string_view link);
/// "cpp" of "highlight language-cpp".
std::string language_in(std::string_view classes);

/// Where a text comes to stand.
struct TextPlace {
  std::string_view before;  ///< what stands in the same block
  bool begins_line = false;
  bool is_code = false;  ///< nothing means anything but itself
  bool is_cell = false;
};
/// The character at `at`, with what keeps it from meaning anything.
std::string escaped_character(std::string_view text, std::size_t at, const TextPlace& place);

}  // namespace greenroom::page
