// Transforms in several threads: the same bits for any number of them, and one transform that
// threads share.
#include <atomic>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/images/transforms.h>
#include <retrograd/retrograd.h>
#include <retrograd/tensor/loops/pieces.h>

#include "images/transform_checks.h"
#include "threads_guard.h"

namespace rg = retrograd;
using namespace retrograd::transforms;
using rg::Tensor;
using test::same_values;

TEST_CASE("transforms: the same bits for any number of threads") {
  rg::manual_seed(50);
  const Tensor image = rg::randint(0, 256, {2, 3, 61, 47}).to(rg::uint8);
  const std::vector<std::function<Tensor()>> calls = {
      [&] {
        return Resize({30, 70})(image);
      },
      [&] { return adjust_hue(image, 0.2); },
      [&] { return adjust_saturation(image, 0.2); },
      [&] { return rotate(image, 20); },
      [&] { return rotate(image, 20, {.interpolation = rg::InterpolateMode::bilinear}); },
      [&] { return hflip(image); }};
  for (const auto& call : calls) {
    const Tensor expected = call();
    const test::Threads threads(4);
    rg::detail::piece_shift += 12;
    const auto loops = rg::detail::shared_loops();
    const Tensor shared = call();
    rg::detail::piece_shift -= 12;
    CHECK(same_values(shared, expected));
    if (&call != &calls.back()) {
      CHECK(rg::detail::shared_loops() > loops);
    }
  }
}

TEST_CASE("transforms: threads share one") {
  const AnnotatedImage input = test::annotated(40, 60, {12, 8, 37, 30});
  const Compose all({RandomResizedCrop(32), RandomHorizontalFlip(), RandomRotation(20),
                     ColorJitter({.brightness = 0.3, .hue = {-0.1, 0.1}}), RandAugment()});
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 25; ++i) {
        const AnnotatedImage result = all(input);
        right += result.image.shape() == rg::Shape{3, 32, 32} &&
                 result.mask.shape() == rg::Shape{32, 32} && result.boxes.numel() == 4;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(right == 100);
}
