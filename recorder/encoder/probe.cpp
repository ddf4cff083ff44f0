#include "recorder/encoder/probe.hpp"

#include <cstdint>
#include <cstdio>
#include <libyuv.h>

#include <boost/json.hpp>

#include "recorder/encoder/h264.hpp"

extern "C" {
#include <x264.h>
}

namespace greenroom::recorder::encoder {

int probe() {
  // Opening it, too: a library of another build than the header's fails here and not in a session.
  H264Options options;
  options.width = 64;
  options.height = 64;
  const bool opens = H264Encoder::open(options).has_value();
  const boost::json::object object{{"x264_build", X264_BUILD},
                                   {"x264_version", X264_POINTVER},
                                   {"libyuv_version", LIBYUV_VERSION},
                                   {"encoder_opens", opens}};
  std::puts(boost::json::serialize(object).c_str());
  return opens ? 0 : 1;
}

}  // namespace greenroom::recorder::encoder
