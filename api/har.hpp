// A session's timeline as an HTTP archive (HAR 1.2), for the tools that read those. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "api/core.hpp"

namespace greenroom::api {

/// Takes events in their order, then renders the archive.
///
/// Bounds   100,000 requests; later ones are left out, and the archive's comment says so.
class HarBuilder {
 public:
  void add(const LogEvent& event);
  /// The document. `version` is the program's own.
  json::object finish(std::string_view version);

 private:
  struct Entry {
    std::string id;
    std::string page_ref;
    std::int64_t order = 0;
    double began = 0;       // seconds on the browser's own clock
    double wall = 0;        // seconds since 1970
    double responded = 0;   // seconds, like `began`
    double ended = 0;       // seconds, like `began`; 0: it never did
    json::object request;   // as the browser told it
    json::object response;  // likewise; empty: none came
    std::string redirect_url;
    std::string failure;
    double transferred = -1;  // bytes on the wire
    double decoded = -1;      // bytes of the body once decoded
    bool from_cache = false;
  };
  struct Page {
    std::string id;
    std::string title;
    double began = 0;
    double wall = 0;
    double content_loaded = -1;  // milliseconds
    double loaded = -1;          // milliseconds
  };

  void on_request(const LogEvent& event, const json::object& params);
  void on_end(const json::object& params, Entry& entry, bool failed);
  void on_page_time(const LogEvent& event, const json::object& params);
  void begin_page(const LogEvent& event, const Entry& entry, std::string_view url);
  void close(Entry entry);
  json::object render(const Entry& entry) const;

  std::map<std::string, Entry, std::less<>> open_;  // by request id
  std::vector<Entry> done_;
  std::vector<Page> pages_;
  std::map<int, std::size_t> page_of_tab_;
  std::int64_t next_ = 0;
  std::size_t left_out_ = 0;
};

}  // namespace greenroom::api
