// The functions that are run in a page's documents, in a world of our own. Each stands alone.
#pragma once

#include <string_view>

namespace greenroom::page::scripts {

/// (expression) → element or null: XPath, through open shadow roots.
extern const std::string_view find_xpath;
/// (selector) → element or null: CSS, in open shadow roots too when the document has none such.
extern const std::string_view find_css;
/// (words) → the innermost element that shows them, or null.
extern const std::string_view find_text;

/// this: element → {x, y} in its document's viewport where a click reaches it, or {problem, cover}.
extern const std::string_view point;
/// this: iframe, (x, y) in its document's viewport → {x, y} in this one's, or {problem, cover}.
extern const std::string_view point_outside;
/// this: element → null, once its document has been painted twice from now on, or was not for a moment.
extern const std::string_view painted;
/// this: element → true when scripts may see it on the screen.
extern const std::string_view is_page_visible;
/// this: element → false when its tab is hidden; else true, once the document has been painted for the first
/// time, or was not for a second: Chromium drops what is clicked and typed before that.
extern const std::string_view takes_input;

/// this: element, (text) → {insert, secret}: whether the text is still to be typed over what is selected now.
extern const std::string_view prepare_fill;
/// this: element → {secret}; gives it the focus.
extern const std::string_view focus;
/// this: select, (words) → null, or the reason why not.
extern const std::string_view select_option;
/// this: element, (kind, number): scrolls and waits until it rests.
extern const std::string_view scroll;

}  // namespace greenroom::page::scripts
