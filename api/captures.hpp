// Captures: a recording as something to be read afterwards, with what people said of it. Each recorded
// session has one, and callers may make some of their own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "base/clock.hpp"
#include "base/task.hpp"
#include "session/view.hpp"

namespace greenroom::api {

struct LogEvent;

/// What a session's recording and timeline say.
struct CaptureFacts {
  std::string title;               ///< of the first page; empty: none was seen
  std::vector<std::string> urls;   ///< of web pages, each once, in the order of their visits, with fragments
  base::Milliseconds duration{0};  ///< of the recording; 0 until it is whole

  bool operator==(const CaptureFacts&) const = default;
};

struct Capture {
  std::string id;  ///< eight characters of A-Z and 0-9
  base::WallTime created_at;
  base::WallTime updated_at;
  boost::json::object said;     ///< by callers, in the words of their API
  session::SharedView session;  ///< whose recording it is; nullptr: of none here
  CaptureFacts facts;           ///< of that session
};

/// Everything is the named project's; what belongs to another is not found.
/// Errors   not_found; those of the store.
class Captures {
 public:
  virtual ~Captures() = default;
  /// The last changed first, at most so many.
  virtual base::Task<base::Result<std::vector<Capture>>> list(std::string project_id, std::size_t limit) = 0;
  /// By its own id or its session's.
  virtual base::Task<base::Result<Capture>> find(std::string project_id, std::string id) = 0;
  virtual base::Task<base::Result<Capture>> make(std::string project_id, boost::json::object said) = 0;
  /// Members of `said` take the places of those that were said before.
  virtual base::Task<base::Result<Capture>> change(std::string project_id, std::string id,
                                                   boost::json::object said) = 0;
  /// With its session's recording, timeline and row. Errors: conflict (the session has not ended), io.
  virtual base::Task<base::Result<void>> erase(std::string project_id, std::string id) = 0;

  /// What the project prefers, by the name of whatever it is for; an empty object until something was said.
  virtual base::Task<base::Result<boost::json::object>> preferences(std::string project_id,
                                                                    std::string name) = 0;
  /// Merges; answers all of it.
  virtual base::Task<base::Result<boost::json::object>> prefer(std::string project_id, std::string name,
                                                               boost::json::object said) = 0;
};

/// What the markers of a session's timeline say; the duration is not among it.
CaptureFacts facts_of(const std::vector<LogEvent>& markers);

/// Facts as they are kept, and back. Text that is none becomes nothing.
std::string to_text(const CaptureFacts& facts);
std::optional<CaptureFacts> facts_from(std::string_view text);

}  // namespace greenroom::api
