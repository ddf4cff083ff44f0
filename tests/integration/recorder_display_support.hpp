// An X server, a window that shows known colours, and a decoder that is not ours.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/process.hpp"
#include "base/task.hpp"
#include "tests/unit/recorder/temporary_directory.hpp"

struct xcb_connection_t;

namespace greenroom::recorder {

/// 0xRRGGBB
using Colour = std::uint32_t;

/// Xvfb on a number that is free, with a cookie; gone with this object.
class XServer {
 public:
  explicit XServer(const base::Executor& executor);
  int display() const { return display_; }
  const std::string& cookie() const { return cookie_; }

 private:
  TemporaryDirectory directory_;
  std::string cookie_;
  std::unique_ptr<base::ChildProcess> process_;
  int display_ = -1;
};

/// A top-level window. Its upper left quarter is white, the rest has a colour.
class ColourWindow {
 public:
  ColourWindow(const XServer& server, int width, int height, Colour colour);
  ~ColourWindow();
  ColourWindow(const ColourWindow&) = delete;
  ColourWindow& operator=(const ColourWindow&) = delete;

  void paint(Colour colour);
  /// Thousands of small rectangles that are other ones each time: what a codec finds hard.
  void paint_noise(Colour seed);
  void resize(int width, int height, Colour colour);

 private:
  xcb_connection_t* x_;
  std::uint32_t window_ = 0;
  std::uint32_t pen_ = 0;
  int width_;
  int height_;
  std::uint32_t noise_ = 1;
};

/// The average colours of a picture's four quarters: upper left, upper right, lower left, lower right.
using Quarters = std::array<Colour, 4>;

/// Decodes a file with ffmpeg, ten pictures a second, each reduced to its quarters; empty when ffmpeg fails.
std::vector<Quarters> decode(const std::string& path);

/// True when a picture is what ColourWindow shows for `colour`.
bool shows(const Quarters& picture, Colour colour);

/// What ffprobe says, in seconds; 0 when it says nothing.
double duration_of(const std::string& path);

/// The encoder that is a child of this process; 0 when there is none.
int find_encoder();

/// CPU time that a process has used.
std::chrono::nanoseconds cpu_time(int pid);

}  // namespace greenroom::recorder
