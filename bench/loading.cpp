// Photographs read, cropped to 224 x 224 and normalised by a loader: what loading.py runs.
//   loading FOLDER WORKERS PASSES    prints the images of a second in each pass
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include <retrograd/images/image_folder.h>
#include <retrograd/images/transforms.h>
#include <retrograd/retrograd.h>

namespace rg = retrograd;
namespace transforms = rg::transforms;

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: %s FOLDER WORKERS PASSES\n", argv[0]);
    return 2;
  }
  rg::set_num_threads(1);
  const transforms::Compose train(
      {transforms::RandomResizedCrop(224), transforms::RandomHorizontalFlip(),
       transforms::ConvertImageDtype(rg::float32),
       transforms::Normalize({0.485, 0.456, 0.406}, {0.229, 0.224, 0.225})});
  const rg::ImageFolder data(argv[1], {.transform = train});
  rg::DataLoader loader(data, {.batch_size = 32, .shuffle = true, .workers = std::atoi(argv[2])});
  for (int pass = 0; pass < std::atoi(argv[3]); ++pass) {
    const auto start = std::chrono::steady_clock::now();
    std::int64_t count = 0;
    for (const auto& [images, labels] : loader) {
      count += images.size(0);
    }
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    std::printf("%.1f\n", static_cast<double>(count) / time.count());
    std::fflush(stdout);
  }
}
