// Policies and mixed batches: their choices by hand, and their odds.
#include "unit/ops_errors.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <numbers>
#include <vector>

#include <retrograd/images/transforms.h>
#include <retrograd/retrograd.h>

#include "images/transform_checks.h"

namespace rg = retrograd;
using namespace retrograd::transforms;
using rg::Tensor;
using test::annotated;
using test::frequency_margin;
using test::same_values;
using Op = AugmentationOp;

namespace {

constexpr int kOps = 14;

// The share of draws in [i / bins, (i + 1) / bins) of numbers in [0, 1], against a distribution.
void check_distribution(const std::function<double()>& draw,
                        const std::function<double(double)>& distribution) {
  constexpr int kDraws = 20000;
  constexpr int kBins = 10;
  std::vector<int> bins(kBins);
  for (int i = 0; i < kDraws; ++i) {
    const double x = draw();
    REQUIRE(x >= 0);
    REQUIRE(x <= 1);
    ++bins[static_cast<std::size_t>(std::min(x * kBins, kBins - 1.0))];
  }
  for (int k = 0; k < kBins; ++k) {
    const double expected = distribution((k + 1.0) / kBins) - distribution(double{1} * k / kBins);
    const double found = bins[static_cast<std::size_t>(k)] / double{kDraws};
    CHECK(std::abs(found - expected) <= frequency_margin(kDraws, 6 * kBins));
  }
}

}  // namespace

TEST_CASE("RandAugment: strengths by hand, and every transform as often") {
  rg::manual_seed(30);
  const std::map<Op, double> expected = {{Op::identity, 0},
                                         {Op::shear_x, 0.09},
                                         {Op::shear_y, 0.09},
                                         {Op::rotate, 9},
                                         {Op::translate_x, 13500.0 / 331},
                                         {Op::translate_y, 9000.0 / 331},
                                         {Op::brightness, 0.27},
                                         {Op::color, 0.27},
                                         {Op::contrast, 0.27},
                                         {Op::sharpness, 0.27},
                                         {Op::posterize, 7},
                                         {Op::solarize, 178.5},
                                         {Op::auto_contrast, 0},
                                         {Op::equalize, 0}};
  constexpr int kDraws = 20000;
  std::vector<int> found(kOps);
  int negative = 0;
  int with_sign = 0;
  const RandAugment policy;
  for (int i = 0; i < kDraws / 2; ++i) {
    for (const Augmentation& choice : policy.get_params(200, 300)) {
      ++found.at(static_cast<std::size_t>(choice.op));
      CHECK(std::abs(choice.magnitude) == doctest::Approx(expected.at(choice.op)));
      if (choice.op >= Op::shear_x && choice.op <= Op::sharpness) {
        ++with_sign;
        negative += choice.magnitude < 0;
      }
    }
  }
  const double margin = frequency_margin(kDraws, kOps + 1);
  for (const int count : found) {
    CHECK(std::abs(count / double{kDraws} - 1.0 / kOps) <= margin);
  }
  CHECK(std::abs(negative / double(with_sign) - 0.5) <= frequency_margin(with_sign, kOps + 1));
}

TEST_CASE("TrivialAugmentWide: every transform and strength as often") {
  rg::manual_seed(31);
  constexpr int kDraws = 400000;
  const TrivialAugmentWide policy({.num_magnitude_bins = 5});
  std::map<Op, std::map<double, int>> found;
  for (int i = 0; i < kDraws; ++i) {
    const Augmentation choice = policy.get_params();
    ++found[choice.op][choice.magnitude];
  }
  const std::map<Op, double> largest = {
      {Op::shear_x, 0.99},   {Op::shear_y, 0.99},    {Op::rotate, 135},  {Op::translate_x, 32},
      {Op::translate_y, 32}, {Op::brightness, 0.99}, {Op::color, 0.99},  {Op::contrast, 0.99},
      {Op::sharpness, 0.99}, {Op::posterize, 8},     {Op::solarize, 255}};
  REQUIRE(found.size() == kOps);
  const int checks = kOps + 9 * 9 + 2 * 5;
  for (const auto& [op, strengths] : found) {
    CAPTURE(static_cast<int>(op));
    int draws = 0;
    for (const auto& [strength, count] : strengths) {
      draws += count;
    }
    CHECK(std::abs(draws / double{kDraws} - 1.0 / kOps) <= frequency_margin(kDraws, checks));
    if (largest.count(op) == 0) {
      CHECK(strengths.size() == 1);
      continue;
    }
    // 0 and four with both signs, or five.
    const bool with_sign = op != Op::posterize && op != Op::solarize;
    REQUIRE(strengths.size() == (with_sign ? 9 : 5));
    CHECK(strengths.rbegin()->first == doctest::Approx(largest.at(op)));
    for (const auto& [strength, count] : strengths) {
      CAPTURE(strength);
      const double expected = with_sign && strength != 0 ? 0.1 : 0.2;
      CHECK(std::abs(count / double(draws) - expected) <= frequency_margin(draws, checks));
      CHECK(strengths.count(with_sign ? -strength : strength) == 1);
    }
  }
  const std::map<double, int>& bits = found[Op::posterize];  // 8 less 0, 1.5, 3, 4.5 and 6
  CHECK(bits.count(8) + bits.count(6) + bits.count(5) + bits.count(4) + bits.count(2) == 5);
}

TEST_CASE("policies: annotations follow, and colours leave them") {
  rg::manual_seed(32);
  const AnnotatedImage input = annotated(60, 80, {30, 22, 52, 40});
  for (int op = 0; op < kOps; ++op) {
    CAPTURE(op);
    for (const double magnitude : {-0.2, 0.2, 7.0}) {
      const Augmentation choice{static_cast<Op>(op), magnitude};
      if (choice.op >= Op::brightness) {
        const AnnotatedImage result = augment(input, {choice.op, std::abs(magnitude)});
        CHECK(same_values(result.mask, input.mask));
        CHECK(same_values(result.boxes, input.boxes));
      } else if (std::abs(magnitude) < 1 || choice.op >= Op::translate_x) {
        const AnnotatedImage result = augment(input, choice);
        const auto by_mask = test::box_around(result.mask);
        const auto box = result.boxes.to_vector<double>();
        for (std::size_t i = 0; i < 4; ++i) {
          CHECK(std::abs(by_mask.at(i) - box[i]) <= 1.8);
        }
      }
    }
  }
  for (int i = 0; i < 20; ++i) {
    CHECK(RandAugment()(input).image.shape() == input.image.shape());
    CHECK(TrivialAugmentWide()(input).mask.shape() == input.mask.shape());
  }
}

TEST_CASE("MixUp and CutMix: by hand") {
  const Tensor images =
      rg::expand(rg::reshape(rg::tensor({1.0, 2.0, 4.0}), {3, 1, 1, 1}), {3, 2, 4, 4});
  const Tensor labels = rg::tensor({0, 2, 1});
  const MixedBatch a = mixup(images, labels, 0.75, 3);
  CHECK(rg::select(rg::reshape(a.images, {3, -1}), 1, 5).to_vector<float>() ==
        std::vector<float>{1.75, 1.75, 3.5});
  CHECK(a.labels.to_vector<float>() ==
        std::vector<float>{0.75, 0.25, 0, 0.25, 0, 0.75, 0, 0.75, 0.25});
  const MixedBatch b = cutmix(images, labels, {1, 0, 2, 4}, 3);
  CHECK(rg::select(rg::select(b.images, 1, 1), 2, 3).to_vector<float>() ==
        std::vector<float>{1, 4, 4, 1, 2, 1, 1, 2, 4, 2, 2, 4});
  CHECK(b.labels.to_vector<float>() == std::vector<float>{0.5, 0.5, 0, 0.5, 0, 0.5, 0, 0.5, 0.5});
  // Probabilities may be mixed again, and bytes cut.
  const MixedBatch c = CutMix()(images.to(rg::uint8), b.labels);
  CHECK(c.images.dtype() == rg::uint8);
  CHECK(rg::sum(c.labels, {1}).to_vector<float>() == std::vector<float>{1, 1, 1});
  CHECK(MixUp({.num_classes = 3})(images, labels).labels.shape() == rg::Shape{3, 3});
}

TEST_CASE("MixUp and CutMix: shares are of the beta distribution, positions uniform") {
  rg::manual_seed(33);
  const auto share = [](double alpha) {
    const MixUp mix({.alpha = alpha});
    return [mix] { return mix.get_params(); };
  };
  check_distribution(share(1), [](double x) { return x; });
  check_distribution(share(0.5),
                     [](double x) { return 2 / std::numbers::pi * std::asin(std::sqrt(x)); });
  check_distribution(share(2), [](double x) { return x * x * (3 - 2 * x); });
  // By hand for alpha = 1: the middle of a part [max(c - r, 0), min(c + r, 1)], where r^2 = u / 4,
  // for uniform c and u: below 1/2, the middle is c where c >= r, else (c + r) / 2.
  const auto middle_distribution = [](double x) {
    const auto below = [](double t) {  // for t <= 1/2
      // P(c <= t, c >= r) + P((c + r) / 2 <= t, c < r), with r of density 8 r on [0, 1/2]
      double sum = 0;
      constexpr int kSteps = 20000;
      for (int i = 0; i < kSteps; ++i) {
        const double r = (i + 0.5) / kSteps / 2;
        const double kept = std::max(t - r, 0.0);
        const double cut_off = std::clamp(2 * t - r, 0.0, r);
        sum += 8 * r * (kept + cut_off) / (2.0 * kSteps);
      }
      return sum;
    };
    return x <= 0.5 ? below(x) : 1 - below(1 - x);
  };
  const CutMix cut;
  constexpr std::int64_t kHeight = 1 << 20;
  constexpr std::int64_t kWidth = 1 << 21;
  check_distribution(
      [&] {
        const CropBox part = cut.get_params(kHeight, kWidth);
        return static_cast<double>(part.left + part.width / 2) / kWidth;
      },
      middle_distribution);
  check_distribution(
      [&] {
        const CropBox part = cut.get_params(kHeight, kWidth);
        return static_cast<double>(part.top + part.height / 2) / kHeight;
      },
      middle_distribution);
  // The share of a side of parts that no border cuts; 1 for the others. For s = 2 r, they are
  // whole with a probability of (1 - s)^2.
  const auto whole_side = [&](const CutMix& mix) {
    const CropBox part = mix.get_params(kHeight, kWidth);
    const double high = static_cast<double>(part.height) / kHeight;
    const double wide = static_cast<double>(part.width) / kWidth;
    const bool is_whole = part.top > 0 && part.left > 0 && part.top + part.height < kHeight &&
                          part.left + part.width < kWidth;
    CHECK((!is_whole || std::abs(high - wide) < 1e-5));
    return is_whole ? high : 1;
  };
  check_distribution([&] { return whole_side(cut); },
                     [](double s) { return s < 1 ? s * s * (1 - 4 * s / 3 + s * s / 2) : 1; });
  // A large alpha takes half of the area.
  const CutMix half({.alpha = 1e8});
  int whole = 0;
  for (int i = 0; i < 1000; ++i) {
    const double side = whole_side(half);
    whole += side < 1;
    CHECK((side == 1 || std::abs(side - std::sqrt(0.5)) < 1e-3));
  }
  CHECK(whole > 0);
}

TEST_CASE("policies and mixed batches refuse what has no meaning") {
  const Tensor x = rg::rand({2, 3, 8, 9});
  const Tensor y = rg::tensor({0, 1});
  REFUSED(ValueError, RandAugment({.magnitude = 31}), "RandAugment", "31");
  REFUSED(ValueError, TrivialAugmentWide({.num_magnitude_bins = 1}), "TrivialAugmentWide", "1");
  REFUSED(DTypeError, augment({.image = x}, {Op::equalize}), "augment (equalize)", "uint8");
  REFUSED(ValueError, MixUp({.alpha = 0}), "MixUp", "alpha");
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  REFUSED(ValueError, MixUp({.alpha = kInfinity}), "MixUp", "alpha");
  REFUSED(ValueError, CutMix({.alpha = kInfinity}), "CutMix", "alpha");
  REFUSED(ValueError, CutMix({.alpha = std::nan("")}), "CutMix", "alpha");
  const double most = std::numeric_limits<double>::max();
  CHECK(MixUp({.alpha = most}).get_params() == doctest::Approx(0.5));
  REFUSED(ValueError, MixUp()(x, y), "MixUp (mixup)", "num_classes");
  REFUSED(ShapeError, mixup(x, rg::tensor({1}), 0.5, 2), "mixup", "2 images and 1 labels");
  REFUSED(DTypeError, mixup(x.to(rg::uint8), y, 0.5, 2), "mixup", "floating");
  REFUSED(ValueError, cutmix(x, y, {5, 5, 4, 4}, 2), "cutmix", "outside");
  REFUSED(ShapeError, cutmix(rg::rand({3, 4, 4}), y, {0, 0, 1, 1}, 2), "cutmix", "batch");
}
