#include "recorder/dom_archive.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.hpp"
#include "recorder/archive_file.hpp"

namespace greenroom::recorder {

using base::Bytes;
using base::errc;
using base::Error;
using base::Result;

namespace {
constexpr std::uint64_t largest_part = 4u << 20;
constexpr std::size_t largest_answer = 256u << 20;
constexpr std::string_view line_head = "{\"tab\":";
constexpr std::string_view event_member = ",\"event\":";

std::string part_name(std::uint32_t number) { return "dom-" + std::to_string(number) + ".jsonl"; }

struct Line {
  int tab = 0;
  std::string_view event;
};

/// Takes apart what append() wrote; false for anything else.
bool read_line(std::string_view text, Line& line) {
  if (!text.starts_with(line_head) || !text.ends_with("}}")) return false;
  text.remove_prefix(line_head.size());
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), line.tab);
  if (failure != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.starts_with(event_member)) return false;
  text.remove_prefix(event_member.size());
  text.remove_suffix(1);
  line.event = text;
  return text.size() > 2 && text.front() == '{';
}

/// rrweb's event type 2 is a whole picture; without one nothing can be played.
bool is_picture(std::string_view event) { return event.starts_with("{\"type\":2,"); }
}  // namespace

Result<void> DomArchive::append(int tab, std::string_view events) {
  std::string lines;
  const std::string head = std::string(line_head) + std::to_string(tab) + std::string(event_member);
  while (!events.empty()) {
    const std::string_view event = events.substr(0, events.find('\n'));
    events.remove_prefix(std::min(events.size(), event.size() + 1));
    if (event.size() < 2 || event.front() != '{' || event.back() != '}') continue;
    lines.append(head).append(event).append("}\n");
  }
  if (lines.empty()) return {};
  if (size_.count + lines.size() > limit_.count)
    return Error{errc::limit_reached, "the DOM recording is as large as it may be"};
  std::error_code failure;
  std::filesystem::create_directories(directory_, failure);
  if (failure) return storage_error("creating " + directory_, failure.value());
  if (file_size_.count > 0 && file_size_.count + lines.size() > largest_part) {
    ++file_;
    file_size_.count = 0;
  }
  const std::string path = directory_ + "/" + part_name(file_);
  const base::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return storage_error("opening " + path, errno);
  const off_t before = ::lseek(fd.value(), 0, SEEK_END);
  const auto wrote = write_all(fd.value(), lines, "writing " + path);
  // Half a line must not spoil the next one.
  if (!wrote && before >= 0) (void)!::ftruncate(fd.value(), before);
  if (!wrote) return wrote;
  size_.count += lines.size();
  file_size_.count += lines.size();
  return {};
}

Result<std::string> read_dom_events(const std::string& directory, int tab, std::string_view extra) {
  std::string out = "[";
  for (std::uint32_t number = 0;; ++number) {
    const auto fd = open_plain_file(directory, part_name(number));
    if (!fd && fd.error().code == errc::not_found) break;  // the last one, or none at all
    if (!fd) return fd.error();
    const auto text = read_all(fd->value(), largest_answer);
    if (!text) return text.error();
    std::string_view left = *text;
    while (!left.empty()) {
      const std::size_t newline = left.find('\n');
      if (newline == left.npos) break;
      Line line;
      const bool is_ours = read_line(left.substr(0, newline), line);
      left.remove_prefix(newline + 1);
      if (!is_ours) continue;
      if (tab == first_tab_with_pictures && is_picture(line.event)) {
        // Only now is it known which tab: what came before its picture is asked for again.
        return read_dom_events(directory, line.tab, extra);
      }
      if (line.tab != tab) continue;
      if (out.size() + line.event.size() > largest_answer) return Error{errc::too_large, "the DOM recording"};
      if (out.size() > 1) out += ",";
      out.append("{").append(extra).append(line.event.substr(1));
    }
  }
  return out + "]";
}

}  // namespace greenroom::recorder
