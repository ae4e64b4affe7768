#include "iam/service/qr_code.h"

#include <gtest/gtest.h>
#include <png.h>
#include <qrencode.h>

#include <memory>
#include <string>
#include <vector>

namespace skerry::iam {
namespace {

TEST(QrCodeTest, IsAPngOfTheCodesModulesWithinAMargin) {
  const std::string text = "otpauth://totp/Skerry:ann@123456789012?secret=" + std::string(64, 'A') + "&issuer=Skerry";
  const std::string png = qr_code_png(text);

  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  ASSERT_TRUE(png_image_begin_read_from_memory(&image, png.data(), png.size())) << image.message;
  image.format = PNG_FORMAT_GRAY;
  const std::size_t side = image.width;
  ASSERT_EQ(image.height, side);
  std::vector<png_byte> pixels(side * side);
  ASSERT_TRUE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr)) << image.message;

  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeData(static_cast<int>(text.size()), reinterpret_cast<const unsigned char*>(text.data()), 0,
                        QR_ECLEVEL_M),
      QRcode_free);
  const auto modules = static_cast<std::size_t>(code->width);
  ASSERT_EQ(side, (modules + 8) * 4);
  for (std::size_t y = 0; y < side; ++y) {
    for (std::size_t x = 0; x < side; ++x) {
      const std::size_t row = y / 4, column = x / 4;
      const bool inside = row >= 4 && row < modules + 4 && column >= 4 && column < modules + 4;
      const bool dark = inside && (code->data[(row - 4) * modules + column - 4] & 1) != 0;
      ASSERT_EQ(pixels[y * side + x], dark ? 0 : 255) << x << ' ' << y;
    }
  }
}

}  // namespace
}  // namespace skerry::iam
