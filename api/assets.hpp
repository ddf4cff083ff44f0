// The pages of web/, compiled in: nothing is read from the disk and nothing is loaded from another host.
#pragma once

#include <string_view>

#include "net/http.hpp"

namespace greenroom::api {

struct Asset {
  std::string_view name;
  std::string_view content_type;
  std::string_view content;
};

/// The asset of that file name; one without a name if there is none.
const Asset& asset(std::string_view name);

/// Whether pages of other origins may show a page inside theirs.
enum class Framing { refused, allowed };

/// A page that may load from this daemon only.
net::Response page_response(const Asset& page, Framing framing = Framing::refused);

}  // namespace greenroom::api
