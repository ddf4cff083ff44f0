#include "tests/integration/recorder_display_support.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <unistd.h>

#include <xcb/xcb.h>

#include "base/crypto.hpp"
#include "base/fd.hpp"

namespace greenroom::recorder {

namespace {

std::string output_of(const std::string& command) {
  std::string output;
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  char chunk[4096];
  for (std::size_t n = 0; pipe && (n = std::fread(chunk, 1, sizeof chunk, pipe.get())) > 0;)
    output.append(chunk, n);
  return output;
}

/// Xau(3)'s file format, for any display of any host.
std::string authority_file(const std::string& cookie) {
  const auto field = [](const std::string& text) {
    return std::string{static_cast<char>(text.size() >> 8), static_cast<char>(text.size() & 0xff)} + text;
  };
  return std::string("\xff\xff") + field("") + field("") + field("MIT-MAGIC-COOKIE-1") + field(cookie);
}

}  // namespace

XServer::XServer(const base::Executor& executor) : cookie_(base::random_bytes(16)) {
  directory_.write("authority", authority_file(cookie_));
  auto ready = base::make_pipe();
  if (!ready) throw std::runtime_error("no pipe");
  base::ProcessOptions options;
  options.executable = "/usr/bin/Xvfb";
  options.arguments = {"-displayfd", "3",           "-screen",
                       "0",          "1280x800x24", "-nolisten",
                       "tcp",        "-auth",       directory_ / "authority",
                       "-extension", "GLX",         "-nocursor"};
  options.descriptors = {{ready->second.value(), 3}};
  auto started = base::ChildProcess::start(executor, options);
  if (!started) throw std::runtime_error(started.error().message());
  process_ = std::move(*started);
  ready->second.reset();
  // Up to the newline, which is written apart: Xvfb ends when it cannot write it.
  std::string number;
  for (char c = 0; c != '\n'; number += c)
    if (::read(ready->first.value(), &c, 1) != 1) throw std::runtime_error("Xvfb did not start");
  display_ = std::stoi(number);
}

ColourWindow::ColourWindow(const XServer& server, int width, int height, Colour colour)
    : x_(nullptr), width_(width), height_(height) {
  std::string method = "MIT-MAGIC-COOKIE-1";
  std::string cookie = server.cookie();
  xcb_auth_info_t auth{static_cast<int>(method.size()), method.data(), static_cast<int>(cookie.size()),
                       cookie.data()};
  x_ =
      xcb_connect_to_display_with_auth_info((":" + std::to_string(server.display())).c_str(), &auth, nullptr);
  if (xcb_connection_has_error(x_) != 0) throw std::runtime_error("the display refuses the test's window");
  const xcb_screen_t* screen = xcb_setup_roots_iterator(xcb_get_setup(x_)).data;
  window_ = xcb_generate_id(x_);
  xcb_create_window(x_, XCB_COPY_FROM_PARENT, window_, screen->root, 0, 0, static_cast<std::uint16_t>(width),
                    static_cast<std::uint16_t>(height), 0, XCB_WINDOW_CLASS_INPUT_OUTPUT, screen->root_visual,
                    0, nullptr);
  xcb_map_window(x_, window_);
  pen_ = xcb_generate_id(x_);
  xcb_create_gc(x_, pen_, window_, 0, nullptr);
  paint(colour);
}

ColourWindow::~ColourWindow() { xcb_disconnect(x_); }

void ColourWindow::paint(Colour colour) {
  const auto fill = [&](Colour with, int width, int height) {
    xcb_change_gc(x_, pen_, XCB_GC_FOREGROUND, &with);
    const xcb_rectangle_t area{0, 0, static_cast<std::uint16_t>(width), static_cast<std::uint16_t>(height)};
    xcb_poly_fill_rectangle(x_, window_, pen_, 1, &area);
  };
  fill(colour, width_, height_);
  fill(0xffffff, width_ / 2, height_ / 2);
  // A round trip: afterwards it is on the screen.
  std::free(xcb_get_input_focus_reply(x_, xcb_get_input_focus(x_), nullptr));
}

void ColourWindow::paint_noise(Colour seed) {
  constexpr int side = 16;
  for (int y = 0; y < height_; y += side)
    for (int x = 0; x < width_; x += side) {
      noise_ = noise_ * 1664525u + 1013904223u + seed;
      const Colour colour = noise_ >> 8;
      xcb_change_gc(x_, pen_, XCB_GC_FOREGROUND, &colour);
      const xcb_rectangle_t area{static_cast<std::int16_t>(x), static_cast<std::int16_t>(y), side, side};
      xcb_poly_fill_rectangle(x_, window_, pen_, 1, &area);
    }
  std::free(xcb_get_input_focus_reply(x_, xcb_get_input_focus(x_), nullptr));
}

void ColourWindow::resize(int width, int height, Colour colour) {
  width_ = width;
  height_ = height;
  const std::uint32_t size[] = {static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height)};
  xcb_configure_window(x_, window_, XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT, size);
  paint(colour);
}

std::vector<Quarters> decode(const std::string& path) {
  // In RGB before the reduction: two by two pixels of 4:2:0 have one colour.
  const std::string reduce = "format=rgb24,scale=2:2:flags=area";
  const bool is_playlist = path.ends_with(".m3u8");
  const std::string filter = path.ends_with(".jpg") ? reduce : "fps=10:start_time=0," + reduce;
  const std::string raw =
      output_of("ffmpeg -v error -nostdin " + std::string(is_playlist ? "-allowed_extensions ALL " : "") +
                "-i '" + path + "' -vf " + filter + " -f rawvideo -");
  std::vector<Quarters> pictures;
  constexpr std::size_t bytes_a_picture = 12;
  for (std::size_t at = 0; at + bytes_a_picture <= raw.size(); at += bytes_a_picture) {
    const auto byte = [&](std::size_t i) { return Colour{static_cast<unsigned char>(raw[at + i])}; };
    Quarters quarters{};
    for (std::size_t i = 0; i < quarters.size(); ++i)
      quarters[i] = byte(3 * i) << 16 | byte(3 * i + 1) << 8 | byte(3 * i + 2);
    pictures.push_back(quarters);
  }
  return pictures;
}

bool shows(const Quarters& picture, Colour colour) {
  constexpr int tolerance = 16;  // the codec, twice a conversion, and edges blurred by the reduction
  const auto is_near = [](Colour a, Colour b) {
    for (const int shift : {0, 8, 16})
      if (std::abs(static_cast<int>(a >> shift & 0xff) - static_cast<int>(b >> shift & 0xff)) > tolerance)
        return false;
    return true;
  };
  return is_near(picture[0], 0xffffff) && is_near(picture[1], colour) && is_near(picture[2], colour) &&
         is_near(picture[3], colour);
}

double duration_of(const std::string& path) {
  return std::atof(
      output_of("ffprobe -v error -show_entries format=duration -of csv=p=0 '" + path + "'").c_str());
}

int find_encoder() {
  const std::string self = std::to_string(::getpid());
  std::ifstream children("/proc/self/task/" + self + "/children");
  for (int pid = 0; children >> pid;) {
    std::string name;
    std::getline(std::ifstream("/proc/" + std::to_string(pid) + "/comm"), name);
    if (name.starts_with("greenroom-enc")) return pid;
  }
  return 0;
}

std::chrono::nanoseconds cpu_time(int pid) {
  std::int64_t used = 0;
  std::ifstream("/proc/" + std::to_string(pid) + "/schedstat") >> used;
  return std::chrono::nanoseconds(used);
}

}  // namespace greenroom::recorder
