#include "recorder/encoder/h264.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

extern "C" {
#include <x264.h>
}

#include "recorder/encoder/repeats.hpp"

namespace greenroom::recorder::encoder {

using base::errc;
using base::Error;
using base::Result;

namespace {

bool fill_parameters(x264_param_t& p, const H264Options& options) {
  if (x264_param_default_preset(&p, options.preset.c_str(), "zerolatency") != 0) return false;
  p.i_log_level = X264_LOG_NONE;
  p.i_threads = 1;  // a second thread would buy latency we have and cost memory we do not
  p.b_sliced_threads = 0;
  p.i_width = options.width;
  p.i_height = options.height;
  p.i_csp = X264_CSP_I420;
  p.i_fps_num = static_cast<std::uint32_t>(options.frames_per_second);
  p.i_fps_den = 1;
  p.b_vfr_input = 0;  // true times are the container's; the rate control need not know them
  p.i_keyint_max = X264_KEYINT_MAX_INFINITE;
  p.i_scenecut_threshold = 0;
  p.i_frame_reference = 1;
  // A constant quantizer needs no look at the picture beforehand, and whole pixels are enough for what moves
  // on a screen: together two fifths less time than a constant rate factor, at nearly the same likeness and
  // size.
  p.rc.i_rc_method = X264_RC_CQP;
  p.rc.i_qp_constant = options.quantizer;
  p.analyse.i_subpel_refine = 0;
  p.analyse.i_weighted_pred = X264_WEIGHTP_NONE;
  p.analyse.b_mb_info = 1;  // we tell it what has not changed
  // In every key picture, though the init file has them too: some players do not take over a second init
  // file.
  p.b_repeat_headers = 1;
  p.b_annexb = 0;
  p.vui.b_fullrange = options.range == Range::full ? 1 : 0;
  p.vui.i_chroma_loc = options.range == Range::full ? 1 : 0;  // a JPEG's colours lie between its pixels
  p.vui.i_colorprim = 1;                                      // BT.709 primaries, which are sRGB's
  p.vui.i_transfer = 13;                                      // sRGB
  p.vui.i_colmatrix = 6;                                      // BT.601, as libyuv converts
  return x264_param_apply_profile(&p, "high") == 0;
}

/// The unit without its four bytes of length.
std::string_view without_length(const x264_nal_t& unit) {
  constexpr int length_size = 4;
  return {reinterpret_cast<const char*>(unit.p_payload) + length_size,
          static_cast<std::size_t>(unit.i_payload - length_size)};
}

class X264Encoder final : public H264Encoder {
 public:
  X264Encoder(x264_t* encoder, VideoConfig config, std::optional<Repeats> repeats)
      : encoder_(encoder), config_(std::move(config)), repeats_(std::move(repeats)) {}
  ~X264Encoder() override { x264_encoder_close(encoder_); }
  X264Encoder(const X264Encoder&) = delete;
  X264Encoder& operator=(const X264Encoder&) = delete;

  const VideoConfig& config() const override { return config_; }

  Result<AccessUnit> encode(const Picture420& picture, const Rect& changed, bool as_key) override {
    x264_picture_t in;
    x264_picture_init(&in);
    in.img.i_csp = X264_CSP_I420;
    in.img.i_plane = 3;
    for (int i = 0; i < 3; ++i) {
      in.img.plane[i] = const_cast<std::uint8_t*>(picture.plane(i));  // x264 only reads it
      in.img.i_stride[i] = picture.stride(i);
    }
    in.i_type = as_key ? X264_TYPE_IDR : X264_TYPE_P;
    in.i_pts = next_number_++;
    mark(changed);
    in.prop.mb_info = unchanged_.data();
    x264_picture_t out;
    x264_nal_t* units = nullptr;
    int count = 0;
    const int size = x264_encoder_encode(encoder_, &units, &count, &in, &out);
    if (size <= 0 || count <= 0) return Error{errc::internal, "x264 made no picture"};
    unit_.clear();
    for (int i = 0; i < count; ++i) add(units[i]);
    is_the_key_ = out.b_keyframe != 0;
    if (is_the_key_) key_ = unit_;
    is_behind_key_ = !is_the_key_;
    return AccessUnit{unit_, is_the_key_};
  }

  Result<AccessUnit> repeat(const Picture420& picture, bool as_key) override {
    if (!repeats_ || next_number_ == 0) return encode(picture, {}, as_key);
    if (!as_key) {
      unit_.clear();
      append(repeats_->repeat());
      is_behind_key_ = true;
      return AccessUnit{unit_, false};
    }
    // The same key picture again, but not one behind the other: two would have to differ (H.264 §7.4.3,
    // idr_pic_id).
    if (!is_the_key_ || !is_behind_key_) return encode(picture, {}, true);
    repeats_->begin_anew();
    is_behind_key_ = false;
    return AccessUnit{key_, true};
  }

 private:
  /// x264 does not look at macroblocks that are marked: it takes them from the picture before.
  void mark(const Rect& changed) {
    constexpr int side = 16;
    const int columns = (config_.width + side - 1) / side;
    const int rows = (config_.height + side - 1) / side;
    unchanged_.assign(static_cast<std::size_t>(columns * rows), std::uint8_t{X264_MBINFO_CONSTANT});
    const int from = changed.x / side;
    const int to = (changed.x + changed.width + side - 1) / side;
    for (int row = changed.y / side; row * side < changed.y + changed.height; ++row)
      std::fill(unchanged_.begin() + row * columns + from, unchanged_.begin() + row * columns + to,
                std::uint8_t{0});
  }

  void add(const x264_nal_t& unit) {
    const std::string_view bytes = without_length(unit);
    if (!repeats_) return append(bytes);
    append(repeats_->number(bytes));
    if (unit.i_type == NAL_PPS) append(repeats_->parameters());
  }

  void append(std::string_view unit) {
    for (const int shift : {24, 16, 8, 0}) unit_.push_back(static_cast<char>(unit.size() >> shift & 0xffu));
    unit_ += unit;
  }

  x264_t* encoder_;
  VideoConfig config_;
  std::optional<Repeats> repeats_;
  std::vector<std::uint8_t> unchanged_;  // a byte for each macroblock
  std::string unit_;                     // the last picture
  std::string key_;                      // the last key picture
  bool is_the_key_ = false;              // what x264 encoded last is that
  bool is_behind_key_ = false;           // another picture came behind it
  std::int64_t next_number_ = 0;
};

}  // namespace

Result<std::unique_ptr<H264Encoder>> H264Encoder::open(const H264Options& options) {
  x264_param_t parameters;
  if (!fill_parameters(parameters, options)) return Error{errc::invalid_argument, "x264 preset"};
  x264_t* encoder = x264_encoder_open(&parameters);
  if (encoder == nullptr) return Error{errc::internal, "x264 does not open"};
  VideoConfig config;
  config.width = options.width;
  config.height = options.height;
  config.is_full_range = options.range == Range::full;
  x264_nal_t* units = nullptr;
  int count = 0;
  x264_encoder_headers(encoder, &units, &count);
  for (int i = 0; i < count; ++i) {
    if (units[i].i_type == NAL_SPS) config.sps = without_length(units[i]);
    if (units[i].i_type == NAL_PPS) config.pps.emplace_back(without_length(units[i]));
  }
  auto repeats = Repeats::of(config.sps);
  if (repeats) config.pps.push_back(repeats->parameters());
  return std::unique_ptr<H264Encoder>(
      std::make_unique<X264Encoder>(encoder, std::move(config), std::move(repeats)));
}

}  // namespace greenroom::recorder::encoder
