// Sizes, crops and flips of images with their masks and boxes, and the odds of random ones.
#include "unit/ops_errors.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <retrograd/images/transforms.h>
#include <retrograd/retrograd.h>

#include "images/transform_checks.h"

namespace rg = retrograd;
using namespace retrograd::transforms;
using rg::Tensor;
using test::annotated;
using test::check_follows;
using test::frequency_margin;
using test::same_values;

TEST_CASE("transforms: masks and boxes move with their image") {
  rg::manual_seed(4);
  const AnnotatedImage input = annotated(40, 60, {12, 8, 37, 30});
  check_follows(Resize({80, 120}), input);
  check_follows(Resize(20), input);
  check_follows(CenterCrop(32), input);
  check_follows(CenterCrop({50, 70}), input);
  check_follows(Pad({3, 4, 5, 6}), input);
  check_follows(Pad(-5), input);
  check_follows(RandomHorizontalFlip(1), input);
  check_follows(RandomVerticalFlip(1), input);
  for (int i = 0; i < 20; ++i) {
    check_follows(RandomCrop({25, 30}, {.padding = 4}), input);
    check_follows(RandomCrop({70, 66}, {.pad_if_needed = true}), input);
    check_follows(RandomResizedCrop({48, 36}, {.scale = {0.5, 1}}), input);
  }
}

TEST_CASE("transforms: boxes by hand") {
  const Tensor boxes = rg::tensor({{1.0, 2.0, 4.0, 6.0}, {0.0, 0.0, 10.0, 8.0}});
  const AnnotatedImage input{.image = rg::zeros({3, 8, 10}), .boxes = boxes};
  const auto boxes_of = [&](const Transform& t) { return t(input).boxes.to_vector<float>(); };
  using Floats = std::vector<float>;
  CHECK(boxes_of(RandomHorizontalFlip(1)) == Floats{6, 2, 9, 6, 0, 0, 10, 8});
  CHECK(boxes_of(RandomVerticalFlip(1)) == Floats{1, 2, 4, 6, 0, 0, 10, 8});
  CHECK(boxes_of(Resize({4, 20})) == Floats{2, 1, 8, 3, 0, 0, 20, 4});
  CHECK(boxes_of(Pad({1, 2, 3, 4})) == Floats{2, 4, 5, 8, 1, 2, 11, 10});
  CHECK(boxes_of(CenterCrop({4, 4})) == Floats{0, 0, 1, 4, 0, 0, 4, 4});
  // A box that is cropped away has no area.
  CHECK(boxes_of(Pad({-6, 0, 0, 0})) == Floats{0, 2, 0, 6, 0, 0, 4, 8});
}

TEST_CASE("crop: a part outside of the image is zeros") {
  const Tensor image = rg::ones({2, 8, 10}, {.dtype = rg::uint8});
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t at : {std::int64_t{-2000}, std::int64_t{-7}, std::int64_t{11},
                                std::int64_t{2000}, kMost, std::int64_t{-kMost - 1}}) {
    CAPTURE(at);
    const Tensor black = rg::zeros({2, 3, 4}, {.dtype = rg::uint8});
    CHECK(same_values(crop(image, {at, 1, 3, 4}), black));
    CHECK(same_values(crop(image, {1, at, 3, 4}), black));
    CHECK(same_values(crop(image, {at, at, 3, 4}), black));
    CHECK(resized_crop(image, {at, at, 3, 4}, {5, 5}).shape() == rg::Shape{2, 5, 5});
    REFUSED(ValueError, erase(image, {at, 1, 3, 4}, rg::zeros({1})), "erase", "outside");
    REFUSED(ValueError, erase(image, {1, 1, 3, kMost}, rg::zeros({1})), "erase", "outside");
    const Tensor batch = rg::rand({2, 1, 8, 10});
    const Tensor labels = rg::tensor({0, 1});
    REFUSED(ValueError, cutmix(batch, labels, {at, 1, 3, 4}, 2), "cutmix", "outside");
    REFUSED(ValueError, cutmix(batch, labels, {1, 1, kMost, 1}, 2), "cutmix", "outside");
  }
  for (const std::int64_t at : {std::int64_t{-3}, std::int64_t{5}, -kMost}) {
    CHECK_THROWS_AS(crop(image, {at, 0, kMost, kMost}), rg::Error);
  }
  CHECK(same_values(
      crop(image, {6, -1, 4, 3}),
      retrograd::transforms::pad(rg::ones({2, 2, 2}, {.dtype = rg::uint8}), Padding(1, 0, 0, 2))));
}

TEST_CASE("transforms: a tensor alone, values and lists") {
  const Tensor image = rg::randint(0, 256, {3, 9, 12}).to(rg::uint8);
  const RandomHorizontalFlip flip(1);
  CHECK(same_values(flip(image), rg::flip(image, {2})));
  const Transform copy = flip;
  CHECK(same_values(copy(image), flip(image)));
  CHECK(std::string(copy.name()) == "RandomHorizontalFlip");
  const Compose all(
      {flip, RandomVerticalFlip(1), [](const Tensor& x) { return x.to(rg::float32); }});
  CHECK(same_values(all(image), rg::flip(image, {1, 2}).to(rg::float32)));
  CHECK(std::string(all.transforms()[2].name()) == "Lambda");
  CHECK(same_values(RandomApply({flip}, 0)(image), image));
  CHECK(same_values(RandomApply({flip}, 1)(image), flip(image)));
  CHECK(Resize(6)(rg::zeros({2, 3, 9, 12}, {.dtype = rg::bfloat16})).shape() ==
        rg::Shape{2, 3, 6, 8});
}

TEST_CASE("transforms: the same bits for the same state of the generator") {
  const Tensor image = rg::randint(0, 256, {3, 50, 70}).to(rg::uint8);
  const RandomResizedCrop t(32);
  rg::manual_seed(9);
  const Tensor first = t(image);
  const auto after = rg::default_generator().state();
  CHECK(after.position % 2 == 0);  // two numbers for each attempt, two for the position
  rg::manual_seed(9);
  CHECK(same_values(t(image), first));
  CHECK(rg::default_generator().state() == after);
}

TEST_CASE("RandomResizedCrop: area, ratio and position are uniform") {
  rg::manual_seed(11);
  // No part is refused, so that both are as drawn; rounding to pixels is small in large images.
  const RandomResizedCrop t(8, {.scale = {0.1, 0.3}, .ratio = {0.5, 2}});
  constexpr int kDraws = 20000;
  constexpr int kBins = 8;
  std::vector<int> areas(kBins);
  std::vector<int> ratios(kBins);
  std::vector<int> tops(kBins);
  std::vector<int> lefts(kBins);
  const auto count = [](std::vector<int>& bins, double part) {
    ++bins[static_cast<std::size_t>(std::min(std::max(part, 0.0) * kBins, kBins - 1.0))];
  };
  constexpr double kSide = 100000;
  for (int i = 0; i < kDraws; ++i) {
    const CropBox box = t.get_params(100000, 100000);
    const auto h = static_cast<double>(box.height);
    const auto w = static_cast<double>(box.width);
    REQUIRE(box.top >= 0);
    REQUIRE(box.left >= 0);
    REQUIRE(static_cast<double>(box.top) + h <= kSide);
    REQUIRE(static_cast<double>(box.left) + w <= kSide);
    count(areas, (h * w / (kSide * kSide) - 0.1) / 0.2);
    count(ratios, (std::log(w / h) - std::log(0.5)) / std::log(4.0));
    count(tops, static_cast<double>(box.top) / (kSide - h));
    count(lefts, static_cast<double>(box.left) / (kSide - w));
  }
  for (const auto* bins : {&areas, &ratios, &tops, &lefts}) {
    for (const int found : *bins) {
      CHECK(std::abs(found / double{kDraws} - 1.0 / kBins) <= frequency_margin(kDraws, 4 * kBins));
    }
  }
  // The middle with the nearest ratio, if no part fits.
  const RandomResizedCrop large(8, {.scale = {4, 5}});
  CHECK(large.get_params(30, 90) == CropBox{0, 25, 30, 40});
  CHECK(large.get_params(90, 30) == CropBox{25, 0, 40, 30});
  CHECK(large.get_params(33, 33) == CropBox{0, 0, 33, 33});
}

TEST_CASE("RandomCrop and flips: their odds") {
  rg::manual_seed(12);
  constexpr int kDraws = 20000;
  const RandomCrop crop({5, 7});
  std::vector<int> tops(4);
  std::vector<int> lefts(3);
  const Tensor image = rg::tensor({{{1.0, 2.0}, {3.0, 4.0}}});
  const std::vector<Transform> flips = {RandomHorizontalFlip(0.3), RandomVerticalFlip(0.3),
                                        RandomApply({RandomHorizontalFlip(1)}, 0.3)};
  const std::vector<double> first = {2, 3, 2};
  std::vector<int> flipped(flips.size());
  for (int i = 0; i < kDraws; ++i) {
    const CropBox box = crop.get_params(8, 9);
    ++tops.at(static_cast<std::size_t>(box.top));
    ++lefts.at(static_cast<std::size_t>(box.left));
    for (std::size_t k = 0; k < flips.size(); ++k) {
      flipped[k] += flips[k](image).at({0, 0, 0}) == first[k];
    }
  }
  const double margin = frequency_margin(kDraws, 10);
  for (const int found : tops) {
    CHECK(std::abs(found / double{kDraws} - 1.0 / 4) <= margin);
  }
  for (const int found : lefts) {
    CHECK(std::abs(found / double{kDraws} - 1.0 / 3) <= margin);
  }
  for (const int found : flipped) {
    CHECK(std::abs(found / double{kDraws} - 0.3) <= margin);
  }
}

TEST_CASE("transforms: sizes and crops refuse what has no meaning") {
  const Tensor x = rg::rand({3, 8, 9});
  REFUSED(ValueError, Resize(0), "Resize", "0 x 0");
  REFUSED(ValueError, RandomCrop({9, 9})(x), "RandomCrop", "9 x 9", "8 x 9");
  REFUSED(ValueError, RandomHorizontalFlip(1.5), "RandomHorizontalFlip", "p is 1.5");
  REFUSED(ValueError, RandomResizedCrop(8, {.scale = {1, 0.5}}), "RandomResizedCrop", "scale");
  REFUSED(ValueError, crop(x, {0, 0, 0, 4}), "crop", "0 x 4");
  REFUSED(ShapeError, hflip(rg::zeros({8, 9})), "hflip", "(C, H, W)");
  REFUSED(DTypeError, vflip(rg::zeros({1, 8, 9}, {.dtype = rg::int64})), "vflip", "uint8");
  REFUSED(ShapeError, pad(x, 8, {.padding_mode = BorderMode::reflect}), "pad", "mirror");
  REFUSED(GraphError, Resize(4)(Tensor()), "Resize", "undefined");
  const AnnotatedImage other{.image = x, .mask = rg::zeros({8, 8})};
  REFUSED(ShapeError, Resize(4)(other), "Resize", "mask");
  const AnnotatedImage wrong{.image = x, .boxes = rg::zeros({8, 3})};
  REFUSED(ShapeError, Resize(4)(wrong), "Resize", "left, top");
}
