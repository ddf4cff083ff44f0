// What a page says, as Markdown: CommonMark, with tables and strikethrough as GitHub has them. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace greenroom::page {

/// Makes a link of the page absolute.
using LinkResolver = std::function<std::string(std::string_view)>;

/// `html` is UTF-8 and may be anything: it is read as forgivingly as browsers do, no further file is looked
/// at, and neither its depth nor its size can exhaust the stack or more than a few times its own memory.
/// Scripts, styles, forms' choices and what is marked `hidden` are left out.
/// Errors: too_large (the Markdown would be far larger than the page); invalid_argument (a tag with thousands
/// of attributes).
base::Result<std::string> to_markdown(std::string_view html, const LinkResolver& absolute = {});

}  // namespace greenroom::page
