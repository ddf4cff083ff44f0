#include "recorder/encoder/h264.hpp"

#include <cstdint>

extern "C" {
#include <x264.h>
}

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
  p.rc.i_rc_method = X264_RC_CRF;
  p.rc.f_rf_constant = static_cast<float>(options.quality);
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

class X264Encoder final : public H264Encoder {
 public:
  X264Encoder(x264_t* encoder, VideoConfig config) : encoder_(encoder), config_(std::move(config)) {}
  ~X264Encoder() override { x264_encoder_close(encoder_); }
  X264Encoder(const X264Encoder&) = delete;
  X264Encoder& operator=(const X264Encoder&) = delete;

  const VideoConfig& config() const override { return config_; }

  Result<AccessUnit> encode(const Picture420& picture, bool as_key) override {
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
    x264_picture_t out;
    x264_nal_t* units = nullptr;
    int count = 0;
    const int size = x264_encoder_encode(encoder_, &units, &count, &in, &out);
    if (size <= 0 || count <= 0) return Error{errc::internal, "x264 made no picture"};
    // x264 lays the units of one picture behind each other.
    const std::string_view bytes(reinterpret_cast<const char*>(units[0].p_payload),
                                 static_cast<std::size_t>(size));
    return AccessUnit{bytes, out.b_keyframe != 0};
  }

 private:
  x264_t* encoder_;
  VideoConfig config_;
  std::int64_t next_number_ = 0;
};

/// The unit without its four bytes of length.
std::string payload_of(const x264_nal_t& unit) {
  constexpr int length_size = 4;
  return std::string(reinterpret_cast<const char*>(unit.p_payload) + length_size,
                     static_cast<std::size_t>(unit.i_payload - length_size));
}

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
    if (units[i].i_type == NAL_SPS) config.sps = payload_of(units[i]);
    if (units[i].i_type == NAL_PPS) config.pps = payload_of(units[i]);
  }
  return std::unique_ptr<H264Encoder>(std::make_unique<X264Encoder>(encoder, std::move(config)));
}

}  // namespace greenroom::recorder::encoder
