#include <string>

#include <retrograd/images/image.h>
#include <retrograd/images/jpeg.h>
#include <retrograd/images/png.h>
#include <retrograd/images/transforms.h>
#include <retrograd/retrograd.h>

namespace rg = retrograd;

// usage: images FILE.png, which is written, as FILE.png.jpg is
int main(int argc, char** argv) {
  const std::string path = argc > 1 ? argv[1] : "image.png";
  const rg::Tensor image = rg::tensor({{0.0, 1.0}, {0.2, 0.4}});
  rg::save_png(image, path);
  if (rg::max(rg::abs(rg::load_png(path) - image)).item<float>() > 1e-6F) {
    return 1;
  }
  const rg::Tensor mirrored = rg::transforms::RandomHorizontalFlip(1)(rg::load_png(path));
  if (rg::max(rg::abs(rg::flip(mirrored, {-1}) - image)).item<float>() > 1e-6F) {
    return 1;
  }
  rg::save_jpeg(image, path + ".jpg");
  if (rg::load_image(path + ".jpg").shape() != rg::Shape{3, 2, 2}) {
    return 1;
  }
  try {  // exceptions can be caught by type across the libraries' borders
    rg::load_png(path, {.max_pixels = 3});
  } catch (const rg::IoError&) {
    return 0;
  }
  return 1;
}
