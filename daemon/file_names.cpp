#include "daemon/file_names.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace greenroom::daemon {

namespace {
constexpr std::size_t longest_name = 180;  // bytes; what is added to make it unique must fit into 255
constexpr std::size_t longest_extension = 20;

/// Bytes of the UTF-8 character at the beginning; 0 if there is none (RFC 3629 §4).
std::size_t character_at(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  const unsigned char second = byte(1);
  const bool is_overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool is_no_character = (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F);
  return is_overlong || is_no_character ? 0 : length;
}

std::string cleaned(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = character_at(text);
    const bool is_control = static_cast<unsigned char>(text.front()) < 0x20 || text.front() == 0x7f;
    if (length == 0 || is_control) {
      out += '_';
      text.remove_prefix(1);
    } else {
      out += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return out;
}

/// At most so many bytes, and no half character at the end.
std::string_view cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return text.substr(0, most);
}

constexpr std::array types = {
    std::pair<std::string_view, std::string_view>{"7z", "application/x-7z-compressed"},
    std::pair<std::string_view, std::string_view>{"avif", "image/avif"},
    std::pair<std::string_view, std::string_view>{"bmp", "image/bmp"},
    std::pair<std::string_view, std::string_view>{"css", "text/css"},
    std::pair<std::string_view, std::string_view>{"csv", "text/csv"},
    std::pair<std::string_view, std::string_view>{"doc", "application/msword"},
    std::pair<std::string_view, std::string_view>{
        "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    std::pair<std::string_view, std::string_view>{"epub", "application/epub+zip"},
    std::pair<std::string_view, std::string_view>{"gif", "image/gif"},
    std::pair<std::string_view, std::string_view>{"gz", "application/gzip"},
    std::pair<std::string_view, std::string_view>{"htm", "text/html"},
    std::pair<std::string_view, std::string_view>{"html", "text/html"},
    std::pair<std::string_view, std::string_view>{"ics", "text/calendar"},
    std::pair<std::string_view, std::string_view>{"jpeg", "image/jpeg"},
    std::pair<std::string_view, std::string_view>{"jpg", "image/jpeg"},
    std::pair<std::string_view, std::string_view>{"js", "text/javascript"},
    std::pair<std::string_view, std::string_view>{"json", "application/json"},
    std::pair<std::string_view, std::string_view>{"md", "text/markdown"},
    std::pair<std::string_view, std::string_view>{"mp3", "audio/mpeg"},
    std::pair<std::string_view, std::string_view>{"mp4", "video/mp4"},
    std::pair<std::string_view, std::string_view>{"pdf", "application/pdf"},
    std::pair<std::string_view, std::string_view>{"png", "image/png"},
    std::pair<std::string_view, std::string_view>{"ppt", "application/vnd.ms-powerpoint"},
    std::pair<std::string_view, std::string_view>{
        "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    std::pair<std::string_view, std::string_view>{"rtf", "application/rtf"},
    std::pair<std::string_view, std::string_view>{"svg", "image/svg+xml"},
    std::pair<std::string_view, std::string_view>{"tar", "application/x-tar"},
    std::pair<std::string_view, std::string_view>{"tif", "image/tiff"},
    std::pair<std::string_view, std::string_view>{"tiff", "image/tiff"},
    std::pair<std::string_view, std::string_view>{"txt", "text/plain"},
    std::pair<std::string_view, std::string_view>{"wav", "audio/wav"},
    std::pair<std::string_view, std::string_view>{"webm", "video/webm"},
    std::pair<std::string_view, std::string_view>{"webp", "image/webp"},
    std::pair<std::string_view, std::string_view>{"xls", "application/vnd.ms-excel"},
    std::pair<std::string_view, std::string_view>{
        "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    std::pair<std::string_view, std::string_view>{"xml", "application/xml"},
    std::pair<std::string_view, std::string_view>{"zip", "application/zip"},
};
}  // namespace

NameParts split_name(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  // ".profile" is a name, and what is long is no extension.
  if (dot == name.npos || dot == 0 || name.size() - dot > longest_extension) return {name, {}};
  return {name.substr(0, dot), name.substr(dot)};
}

std::string safe_file_name(std::string_view raw) {
  // Some clients send a path, of whichever system.
  const std::size_t slash = raw.find_last_of("/\\");
  if (slash != raw.npos) raw.remove_prefix(slash + 1);
  std::string name = cleaned(raw);
  while (!name.empty() && name.front() == ' ') name.erase(0, 1);
  while (!name.empty() && (name.back() == ' ' || name.back() == '.')) name.pop_back();
  if (name.empty()) return "file";
  if (name.size() <= longest_name) return name;
  const NameParts parts = split_name(name);
  return std::string(cut(parts.stem, longest_name - parts.extension.size())) + std::string(parts.extension);
}

std::string with_time(std::string_view name, base::WallTime when) {
  const NameParts parts = split_name(name);
  return std::string(parts.stem) + "-" + std::to_string(when.time_since_epoch().count()) +
         std::string(parts.extension);
}

std::string with_number(std::string_view name, int number) {
  const NameParts parts = split_name(name);
  return std::string(parts.stem) + " (" + std::to_string(number) + ")" + std::string(parts.extension);
}

std::string_view mime_type_of(std::string_view name) {
  std::string extension(split_name(name).extension);
  if (!extension.empty()) extension.erase(0, 1);
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const auto found =
      std::lower_bound(types.begin(), types.end(), extension,
                       [](const auto& row, const std::string& wanted) { return row.first < wanted; });
  return found != types.end() && found->first == extension ? found->second : "application/octet-stream";
}

}  // namespace greenroom::daemon
