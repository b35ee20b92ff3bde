// Contact sheets: what the file holds.
#include "unit/ops_errors.h"

#include <algorithm>
#include <string>

#include <retrograd/images/transforms.h>
#include <retrograd/retrograd.h>

#include "images/png_files.h"
#include "images/transform_checks.h"
#include "unit/io_temp_files.h"

namespace rg = retrograd;
using namespace retrograd::transforms;

namespace {

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

std::string decoded(const std::string& text) {
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0;
  int count = 0;
  for (const char letter : text) {
    if (letter == '=') {
      break;
    }
    bits = bits << 6 | static_cast<unsigned>(digits.find(letter));
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(bits >> count & 255);
    }
  }
  return bytes;
}

}  // namespace

TEST_CASE("show_transforms: pictures, captions and frames") {
  rg::manual_seed(40);
  const test::TempFolder folder;
  const std::string path = folder.file("sheet.svg");
  test::write_file(path + ".png", "of the user");
  const AnnotatedImage input = test::annotated(40, 60, {12, 8, 37, 30});
  for (const int draws : {1, 2, 3}) {  // base64 has three kinds of ends
    show_transforms(input,
                    {RandomHorizontalFlip(1),
                     {"crop <&>", RandomCrop(20)},
                     Compose({ConvertImageDtype(), Grayscale()})},
                    path, {.draws = draws, .side = 30});
    const std::string text = test::read_file(path);
    CHECK(count_of(text, "<text ") == static_cast<std::size_t>(4 + draws));
    CHECK(count_of(text, ">RandomHorizontalFlip<") == 1);
    CHECK(count_of(text, ">crop &lt;&amp;><") == 1);
    CHECK(count_of(text, "<rect x=") == static_cast<std::size_t>(1 + 3 * draws));
    const std::string start = "base64,";
    const std::size_t from = text.find(start) + start.size();
    const rg::Tensor pixels = test::read(decoded(text.substr(from, text.find('"', from) - from)));
    CHECK(pixels.shape() == rg::Shape{3, 4 * 36, draws * 36});
    // The bright box of the first row, and its mirror image in the second.
    CHECK(pixels.at({0, 5 + 10, 10}) > 0.9);
    CHECK(pixels.at({0, 5 + 10, 25}) < 0.1);
    CHECK(pixels.at({0, 36 + 5 + 10, 25}) < 0.1);
    CHECK(pixels.at({0, 36 + 5 + 10, 15}) > 0.9);
  }
  CHECK(folder.count() == 2);
  CHECK(test::read_file(path + ".png") == "of the user");
  REFUSED(ValueError, show_transforms(input, {}, path, {.draws = 0}), "show_transforms", "0 draws");
  REFUSED(ShapeError, show_transforms({.image = rg::zeros({1, 3, 4, 4})}, {}, path),
          "show_transforms", "pictures");
}
