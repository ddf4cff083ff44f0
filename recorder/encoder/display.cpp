#include "recorder/encoder/display.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#include <xcb/damage.h>
#include <xcb/shm.h>
#include <xcb/xcb.h>
#include <xcb/xcbext.h>

#include "base/fd.hpp"

namespace greenroom::recorder::encoder {

using base::errc;
using base::Error;
using base::Result;

namespace {

template <class T>
struct FreeDeleter {
  void operator()(T* p) const { std::free(p); }
};
template <class T>
using Reply = std::unique_ptr<T, FreeDeleter<T>>;

constexpr int longest_answer_ms = 2000;
constexpr int bytes_a_pixel = 4;

int even(int n) { return n & ~1; }

/// Pixels that the X server writes and we read.
struct SharedPixels {
  base::UniqueFd fd;
  std::uint8_t* bytes = nullptr;
  std::size_t size = 0;

  explicit SharedPixels(std::size_t wanted) : fd(::memfd_create("greenroom-screen", MFD_CLOEXEC)) {
    if (!fd || ::ftruncate(fd.value(), static_cast<off_t>(wanted)) != 0) return;
    void* mapped = ::mmap(nullptr, wanted, PROT_READ | PROT_WRITE, MAP_SHARED, fd.value(), 0);
    if (mapped == MAP_FAILED) return;
    bytes = static_cast<std::uint8_t*>(mapped);
    size = wanted;
  }
  ~SharedPixels() {
    if (bytes != nullptr) ::munmap(bytes, size);
  }
  SharedPixels(const SharedPixels&) = delete;
  SharedPixels& operator=(const SharedPixels&) = delete;
};

class XcbDisplay final : public Display {
 public:
  explicit XcbDisplay(xcb_connection_t* connection) : x_(connection) {}
  ~XcbDisplay() override { xcb_disconnect(x_); }
  XcbDisplay(const XcbDisplay&) = delete;
  XcbDisplay& operator=(const XcbDisplay&) = delete;

  Result<void> prepare();
  int fd() const override { return xcb_get_file_descriptor(x_); }
  Result<void> handle_events() override;
  Rect damage() const override { return damage_; }
  std::optional<std::chrono::steady_clock::time_point> drawn_at() const override;
  bool windows_changed() const override { return windows_changed_; }
  Result<std::optional<Rect>> visible_window() override;
  Rect screen() const override { return screen_; }
  Result<PixelView> capture(const Rect& area) override;

 private:
  /// The answer to a request, or null when the server refuses, is gone or does not answer in time: a frozen
  /// server must not keep this process from seeing that the daemon is gone.
  template <class T>
  Reply<T> answer(unsigned int sequence) {
    void* reply = nullptr;
    xcb_generic_error_t* refused = nullptr;
    xcb_flush(x_);
    while (xcb_poll_for_reply(x_, sequence, &reply, &refused) == 0) {
      pollfd waiting{fd(), POLLIN, 0};
      const int ready = ::poll(&waiting, 1, longest_answer_ms);
      if (ready == 0) return {};
      if (xcb_connection_has_error(x_) != 0) return {};
    }
    std::free(refused);
    return Reply<T>(static_cast<T*>(reply));
  }

  Result<void> check_formats(const xcb_setup_t& setup, const xcb_screen_t& screen);
  Result<void> prepare_extensions();
  Result<void> prepare_pixels();
  void select_events();
  void take_events(xcb_generic_event_t* (*next)(xcb_connection_t*));
  void take_events_of_picture(std::uint32_t request);
  void take_event(const xcb_generic_event_t& event);
  std::optional<Rect> find_visible(const xcb_query_tree_reply_t& tree);
  static Error gone() { return Error{errc::closed, "the display"}; }

  xcb_connection_t* x_;
  xcb_window_t root_ = 0;
  Rect screen_;
  std::uint8_t first_damage_event_ = 0;
  xcb_damage_damage_t damage_object_ = 0;
  xcb_shm_seg_t segment_ = 0;
  std::unique_ptr<SharedPixels> pixels_;
  Rect damage_;
  std::optional<xcb_timestamp_t> drawn_;
  std::optional<xcb_timestamp_t> drawn_in_picture_;
  bool windows_changed_ = true;
  std::optional<Rect> visible_;
};

Result<void> XcbDisplay::prepare() {
  const xcb_setup_t* setup = xcb_get_setup(x_);
  const xcb_screen_t* screen = xcb_setup_roots_iterator(setup).data;
  if (screen == nullptr) return Error{errc::unsupported, "a display without a screen"};
  root_ = screen->root;
  screen_ = {0, 0, even(screen->width_in_pixels), even(screen->height_in_pixels)};
  if (const auto formats = check_formats(*setup, *screen); !formats) return formats;
  if (const auto extensions = prepare_extensions(); !extensions) return extensions;
  if (const auto pixels = prepare_pixels(); !pixels) return pixels;
  select_events();
  return {};
}

Result<void> XcbDisplay::check_formats(const xcb_setup_t& setup, const xcb_screen_t& screen) {
  constexpr int wanted_depth = 24;
  bool found = false;
  for (auto it = xcb_setup_pixmap_formats_iterator(&setup); it.rem > 0; xcb_format_next(&it))
    found = found || (it.data->depth == wanted_depth && it.data->bits_per_pixel == bytes_a_pixel * 8);
  if (screen.root_depth != wanted_depth || !found || setup.image_byte_order != XCB_IMAGE_ORDER_LSB_FIRST)
    return Error{errc::unsupported, "a display that has not 24 bits of colour in 32"};
  return {};
}

Result<void> XcbDisplay::prepare_extensions() {
  const auto* damage = xcb_get_extension_data(x_, &xcb_damage_id);
  const auto* shm = xcb_get_extension_data(x_, &xcb_shm_id);
  if (damage == nullptr || damage->present == 0) return Error{errc::unsupported, "a display without DAMAGE"};
  if (shm == nullptr || shm->present == 0) return Error{errc::unsupported, "a display without MIT-SHM"};
  first_damage_event_ = damage->first_event;
  const auto damage_cookie = xcb_damage_query_version(x_, XCB_DAMAGE_MAJOR_VERSION, XCB_DAMAGE_MINOR_VERSION);
  const auto shm_cookie = xcb_shm_query_version(x_);
  const auto damage_version = answer<xcb_damage_query_version_reply_t>(damage_cookie.sequence);
  const auto shm_version = answer<xcb_shm_query_version_reply_t>(shm_cookie.sequence);
  if (!damage_version) return Error{errc::unsupported, "a display without DAMAGE"};
  // Passing a descriptor came with 1.2. A System V segment would need one uid for server and encoder.
  if (!shm_version || (shm_version->major_version == 1 && shm_version->minor_version < 2))
    return Error{errc::unsupported, "a display without MIT-SHM 1.2"};
  return {};
}

Result<void> XcbDisplay::prepare_pixels() {
  const auto whole_screen =
      static_cast<std::size_t>(screen_.width) * static_cast<std::size_t>(screen_.height);
  pixels_ = std::make_unique<SharedPixels>(whole_screen * bytes_a_pixel);
  if (pixels_->bytes == nullptr) return base::errno_error("making shared memory", errno);
  segment_ = xcb_generate_id(x_);
  // xcb closes the descriptor that it sends.
  const int sent = ::fcntl(pixels_->fd.value(), F_DUPFD_CLOEXEC, 0);
  if (sent < 0) return base::errno_error("sharing memory", errno);
  const auto cookie = xcb_shm_attach_fd_checked(x_, segment_, sent, 0);
  const Reply<xcb_generic_error_t> refused(xcb_request_check(x_, cookie));
  if (refused) return Error{errc::unsupported, "the display does not take shared memory"};
  return {};
}

void XcbDisplay::select_events() {
  const std::uint32_t events = XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY;
  xcb_change_window_attributes(x_, root_, XCB_CW_EVENT_MASK, &events);
  damage_object_ = xcb_generate_id(x_);
  // An event for everything that is drawn: no question is needed to learn where and when. They gather in the
  // socket while no picture is due, and wake nobody.
  xcb_damage_create(x_, damage_object_, root_, XCB_DAMAGE_REPORT_LEVEL_RAW_RECTANGLES);
  xcb_flush(x_);
}

Result<void> XcbDisplay::handle_events() {
  take_events(xcb_poll_for_event);
  if (xcb_connection_has_error(x_) != 0) return gone();
  return {};
}

void XcbDisplay::take_events(xcb_generic_event_t* (*next)(xcb_connection_t*)) {
  while (const Reply<xcb_generic_event_t> event{next(x_)}) take_event(*event);
}

/// What was drawn between subtraction and picture is told before the answer: the picture is as new as that.
/// What is told behind the answer may be here already, and is not in the picture.
void XcbDisplay::take_events_of_picture(std::uint32_t request) {
  drawn_in_picture_ = drawn_;
  while (const Reply<xcb_generic_event_t> event{xcb_poll_for_queued_event(x_)}) {
    take_event(*event);
    const bool is_before = static_cast<std::int32_t>(event->full_sequence - request) < 0;
    if (is_before) drawn_in_picture_ = drawn_;
  }
}

void XcbDisplay::take_event(const xcb_generic_event_t& event) {
  constexpr std::uint8_t without_sent_flag = 0x7f;
  const std::uint8_t type = event.response_type & without_sent_flag;
  if (type == first_damage_event_ + XCB_DAMAGE_NOTIFY) {
    xcb_damage_notify_event_t notify;
    std::memcpy(&notify, &event, sizeof notify);
    damage_ = unite(damage_, {notify.area.x, notify.area.y, notify.area.width, notify.area.height});
    drawn_ = notify.timestamp;
  } else if (type >= XCB_CREATE_NOTIFY && type <= XCB_CIRCULATE_NOTIFY) {
    windows_changed_ = true;
  }
}

/// The server's time is this machine's steady clock in 32 bits of milliseconds, of its coarse kind: it may be
/// some behind.
std::optional<std::chrono::steady_clock::time_point> XcbDisplay::drawn_at() const {
  using std::chrono::steady_clock;
  if (!drawn_in_picture_) return {};
  const steady_clock::time_point now = steady_clock::now();
  const auto now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  const std::int32_t age = static_cast<std::int32_t>(static_cast<std::uint32_t>(now_ms) - *drawn_in_picture_);
  return now - std::chrono::milliseconds(std::max(age, 0));
}

Result<std::optional<Rect>> XcbDisplay::visible_window() {
  if (!windows_changed_) return visible_;
  windows_changed_ = false;
  const auto tree = answer<xcb_query_tree_reply_t>(xcb_query_tree(x_, root_).sequence);
  if (!tree) return gone();
  visible_ = find_visible(*tree);
  return visible_;
}

/// Windows that vanish while we ask are simply not candidates: their end makes another event.
std::optional<Rect> XcbDisplay::find_visible(const xcb_query_tree_reply_t& tree) {
  constexpr int smallest_side = 16;  // helper windows of toolkits are 1 to 10 pixels
  const xcb_window_t* children = xcb_query_tree_children(&tree);
  for (int i = xcb_query_tree_children_length(&tree) - 1; i >= 0; --i) {  // the last one is on top
    const xcb_window_t window = children[i];
    const auto asked_attributes = xcb_get_window_attributes(x_, window);
    const auto asked_geometry = xcb_get_geometry(x_, window);
    const auto asked_owner =
        xcb_get_property(x_, 0, window, XCB_ATOM_WM_TRANSIENT_FOR, XCB_ATOM_WINDOW, 0, 1);
    const auto attributes = answer<xcb_get_window_attributes_reply_t>(asked_attributes.sequence);
    const auto geometry = answer<xcb_get_geometry_reply_t>(asked_geometry.sequence);
    const auto owner = answer<xcb_get_property_reply_t>(asked_owner.sequence);
    if (!attributes || !geometry || !owner) continue;
    if (attributes->map_state != XCB_MAP_STATE_VIEWABLE ||
        attributes->_class != XCB_WINDOW_CLASS_INPUT_OUTPUT)
      continue;
    // Menus, tooltips and dialogs lie over a window and are seen in it; they are not what is visible.
    if (attributes->override_redirect != 0 || owner->type == XCB_ATOM_WINDOW) continue;
    Rect area = intersect({geometry->x, geometry->y, geometry->width, geometry->height}, screen_);
    area.width = even(area.width);
    area.height = even(area.height);
    if (area.width >= smallest_side && area.height >= smallest_side) return area;
  }
  return {};
}

Result<PixelView> XcbDisplay::capture(const Rect& area) {
  // First the subtraction, then the picture: what is drawn in between is in the picture and makes an event,
  // which costs one picture too many and never loses one.
  damage_ = {};
  xcb_damage_subtract(x_, damage_object_, XCB_NONE, XCB_NONE);
  const auto cookie =
      xcb_shm_get_image(x_, root_, static_cast<std::int16_t>(area.x), static_cast<std::int16_t>(area.y),
                        static_cast<std::uint16_t>(area.width), static_cast<std::uint16_t>(area.height),
                        ~std::uint32_t{0}, XCB_IMAGE_FORMAT_Z_PIXMAP, segment_, 0);
  const auto reply = answer<xcb_shm_get_image_reply_t>(cookie.sequence);
  if (xcb_connection_has_error(x_) != 0) return gone();
  if (!reply) return Error{errc::io, "the display gave no picture"};
  take_events_of_picture(cookie.sequence);
  return PixelView{pixels_->bytes, area.width * bytes_a_pixel};
}

}  // namespace

Result<std::unique_ptr<Display>> Display::open(int number, const std::string& cookie) {
  std::string method = "MIT-MAGIC-COOKIE-1";
  std::string data = cookie;
  xcb_auth_info_t auth{static_cast<int>(method.size()), method.data(), static_cast<int>(data.size()),
                       data.data()};
  const std::string name = ":" + std::to_string(number);
  xcb_connection_t* connection = xcb_connect_to_display_with_auth_info(name.c_str(), &auth, nullptr);
  auto display = std::make_unique<XcbDisplay>(connection);
  if (xcb_connection_has_error(connection) != 0)
    return Error{errc::unavailable, "display " + name + " cannot be opened"};
  if (const auto ready = display->prepare(); !ready) return ready.error();
  return std::unique_ptr<Display>(std::move(display));
}

}  // namespace greenroom::recorder::encoder
