// What tabs keep in sessionStorage: put back into tabs that visit its origins, and gathered at the end. A
// browser forgets it with the tab, so that no file of its profile holds it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/log.hpp"
#include "base/task.hpp"
#include "cdp/switchboard.hpp"
#include "session/profile_state.hpp"

namespace greenroom::session {

/// A line of its own. Only tabs of the browser's first context: others go with who made them.
///
/// Lifetime the log's sink outlives it.
class TabStorage {
 public:
  struct Options {
    /// Put back: into each tab, once for each origin, unless something is there already.
    TabItems saved;
    /// Changes are followed, so that what closed tabs had can be gathered, too.
    bool follows = false;
    std::size_t limit = 8u << 20;  ///< bytes that are kept; an origin that goes beyond keeps what it had
  };

  TabStorage(Options options, base::Logger log);

  /// While all pages are of the first context. Errors: closed, timed_out, protocol.
  base::Task<base::Result<void>> follow(cdp::Switchboard& switchboard);
  /// From now on changes are followed, if they were not.
  void follow_changes();
  /// What there is now, and what was saved of origins that nobody visited. Tabs that do not answer are taken
  /// as they were last seen. Bounded.
  base::Task<TabItems> gather();

 private:
  struct Tab {
    std::uint64_t number = 0;                    // in the order of their opening
    std::string origin;                          // of its document
    std::map<std::string, std::string> scripts;  // by origin: what puts its items back, by identifier
  };

  void on_event(std::string_view method, std::string_view session, std::string_view params);
  void on_attached(std::string_view params);
  void on_change(std::string_view method, std::string_view params);
  void visits(const std::string& session, const std::string& origin);
  void put_back(const std::string& session, const std::string& origin, const StoredItems& items);
  void take_away(const std::string& session, const std::string& origin);
  void enable(const std::string& session);
  void look_at(const std::string& session, const std::string& origin);
  void keep(const std::string& origin, StoredItems items);
  bool fits(std::size_t more);
  bool has_place(const std::string& origin) const;

  Options options_;
  base::Logger log_;
  std::string context_;              // the first one
  std::map<std::string, Tab> tabs_;  // by CDP session
  std::uint64_t next_number_ = 0;
  TabItems items_;        // as last seen
  std::size_t size_ = 0;  // of them, bytes
  bool has_warned_ = false;
  std::unique_ptr<cdp::Line> line_;
};

/// The script that puts items back into a document of that origin which has none. Pure.
std::string restoring_script(const std::string& origin, const StoredItems& items);

/// "https://example.com/path" to "https://example.com"; empty for what keeps nothing. Pure.
std::string origin_of(std::string_view url);

}  // namespace greenroom::session
