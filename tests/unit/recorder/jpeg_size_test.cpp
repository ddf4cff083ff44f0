#include "recorder/jpeg_size.hpp"

#include <memory>
#include <string>
#include <turbojpeg.h>
#include <vector>

#include <gtest/gtest.h>

#include "base/crypto.hpp"

namespace greenroom::recorder {
namespace {

/// A JPEG as the library that Chromium uses, too, makes it.
std::string jpeg(int width, int height) {
  const std::unique_ptr<void, int (*)(tjhandle)> encoder(tjInitCompress(), tjDestroy);
  const std::vector<unsigned char> pixels(static_cast<std::size_t>(width * height) * 3, 200);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  if (tjCompress2(encoder.get(), pixels.data(), width, 0, height, TJPF_RGB, &bytes, &size, TJSAMP_420, 80,
                  0) != 0)
    throw std::runtime_error(tjGetErrorStr2(encoder.get()));
  std::string out(reinterpret_cast<const char*>(bytes), size);
  tjFree(bytes);
  return out;
}

TEST(JpegSize, IsTheOneThatTheEncoderWasTold) {
  for (const auto& [width, height] : {std::pair{1280, 720}, {1, 1}, {17, 300}, {900, 500}})
    EXPECT_EQ(jpeg_size(base::to_base64(jpeg(width, height))), (PictureSize{width, height}));
}

TEST(JpegSize, LiesBehindAColourProfile) {
  std::string picture = jpeg(640, 480);
  picture.insert(2, "\xff\xe2\x10\x02" + std::string(0x1000, 'p'));
  EXPECT_EQ(jpeg_size(base::to_base64(picture)), (PictureSize{640, 480}));
}

TEST(JpegSize, OfSomethingElseIsNotKnown) {
  const std::string whole = jpeg(640, 480);
  EXPECT_EQ(jpeg_size(""), std::nullopt);
  EXPECT_EQ(jpeg_size("not base64!"), std::nullopt);
  EXPECT_EQ(jpeg_size(base::to_base64("\x89PNG\r\n\x1a\n and much more of it")), std::nullopt);
  EXPECT_EQ(jpeg_size(base::to_base64("\xff\xd8 no marker follows here")), std::nullopt);
  EXPECT_EQ(jpeg_size(base::to_base64(std::string("\xff\xd8\xff\xe0\xff\xff", 6) + std::string(64, 'x'))),
            std::nullopt);
  for (std::size_t length = 0; length < 160; ++length) {
    const auto size = jpeg_size(base::to_base64(whole.substr(0, length)));
    EXPECT_TRUE(!size || *size == (PictureSize{640, 480})) << length;
  }
}

}  // namespace
}  // namespace greenroom::recorder
