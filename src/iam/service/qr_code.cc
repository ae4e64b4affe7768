#include "iam/service/qr_code.h"

#include <png.h>
#include <qrencode.h>

#include <memory>
#include <vector>

#include "base/check.h"

namespace skerry::iam {
namespace {

constexpr std::size_t kPixels = 4;  // of a module, each way
constexpr std::size_t kMargin = 4;  // modules, as the standard has it

constexpr png_byte kBlack = 0, kWhite = 255;

struct Free {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

}  // namespace

std::string qr_code_png(std::string_view text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const std::unique_ptr<QRcode, Free> code(QRcode_encodeData(static_cast<int>(text.size()), bytes, 0, QR_ECLEVEL_M));
  CHECK(code, "a QR code has room for the text", text.size());

  const auto modules = static_cast<std::size_t>(code->width);
  const std::size_t side = (modules + 2 * kMargin) * kPixels;
  std::vector<png_byte> pixels(side * side, kWhite);
  for (std::size_t y = 0; y < modules * kPixels; ++y) {
    for (std::size_t x = 0; x < modules * kPixels; ++x) {
      const bool dark = (code->data[y / kPixels * modules + x / kPixels] & 1) != 0;
      if (dark) pixels[(y + kMargin * kPixels) * side + x + kMargin * kPixels] = kBlack;
    }
  }

  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = image.height = static_cast<png_uint_32>(side);
  image.format = PNG_FORMAT_GRAY;
  std::string out(PNG_IMAGE_PNG_SIZE_MAX(image), '\0');
  png_alloc_size_t size = out.size();
  CHECK(png_image_write_to_memory(&image, out.data(), &size, 0, pixels.data(), 0, nullptr) != 0,
        "a PNG fits into the size that libpng names", image.message);
  out.resize(size);
  return out;
}

}  // namespace skerry::iam
