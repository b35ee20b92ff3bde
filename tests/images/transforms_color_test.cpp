// Colours of images: values by hand, gradients, the odds of random ones, refused calls.
#include "unit/ops_errors.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include <retrograd/images/transforms.h>
#include <retrograd/retrograd.h>

#include "images/transform_checks.h"

namespace rg = retrograd;
using namespace retrograd::transforms;
using rg::Tensor;
using test::frequency_margin;
using test::same_values;

namespace {

Tensor bytes(const rg::Shape& shape) {
  return rg::randint(0, 256, shape).to(rg::uint8);
}

}  // namespace

TEST_CASE("transforms of colour: by hand") {
  const Tensor x = rg::tensor({{{0, 100, 200, 255}}}).to(rg::uint8);
  using Values = std::vector<double>;
  CHECK(invert(x).to_vector<double>() == Values{255, 155, 55, 0});
  CHECK(posterize(x, 2).to_vector<double>() == Values{0, 64, 192, 192});
  CHECK(solarize(x, 150).to_vector<double>() == Values{0, 100, 55, 0});
  CHECK(adjust_brightness(x, 1.5).to_vector<double>() == Values{0, 150, 255, 255});
  CHECK(autocontrast(posterize(x, 1)).to_vector<double>() == Values{0, 0, 255, 255});
  const Tensor red = rg::reshape(rg::tensor({1.0, 0.0, 0.0}), {3, 1, 1});
  const auto green = adjust_hue(red, 1.0 / 3).to_vector<double>();
  CHECK(green[0] == doctest::Approx(0).epsilon(1e-6));
  CHECK(green[1] == doctest::Approx(1).epsilon(1e-6));
  CHECK(green[2] == doctest::Approx(0).epsilon(1e-6));
  CHECK(rgb_to_grayscale(red, 3).to_vector<float>() == std::vector<float>(3, 0.2989F));
}

TEST_CASE("transforms of colour: bytes in any layout, batches and crops") {
  rg::manual_seed(5);
  const Tensor whole = bytes({2, 3, 21, 90});
  const Tensor pixels = rg::permute(rg::permute(whole, {0, 2, 3, 1}).contiguous(), {0, 3, 1, 2});
  const CropBox box{2, 3, 15, 80};
  const auto functions = std::vector<std::function<Tensor(const Tensor&)>>{
      [](const Tensor& x) { return adjust_brightness(x, 0.7); },
      [](const Tensor& x) { return adjust_contrast(x, 1.4); },
      [](const Tensor& x) { return adjust_saturation(x, 1.4); },
      [](const Tensor& x) { return adjust_hue(x, 0.2); },
      [](const Tensor& x) { return adjust_sharpness(x, 2); },
      [](const Tensor& x) {
        return gaussian_blur(x, {5, 3}, 1.5);
      },
      [](const Tensor& x) { return equalize(x); },
      [](const Tensor& x) { return autocontrast(x); },
      [](const Tensor& x) { return rgb_to_grayscale(x); },
  };
  for (const auto& f : functions) {
    const Tensor copy = crop(whole, box).contiguous();
    CHECK(same_values(f(crop(whole, box)), f(copy)));
    CHECK(same_values(f(crop(pixels, box)), f(copy)));
    CHECK(same_values(f(rg::select(pixels, 0, 1)), f(rg::select(whole, 0, 1).contiguous())));
    CHECK(same_values(rg::select(f(whole), 0, 1), f(rg::select(whole, 0, 1))));
    CHECK(f(bytes({0, 3, 4, 5})).numel() == 0);
  }
  CHECK(rgb_to_grayscale(pixels).is_contiguous());  // not a channel of three
}

TEST_CASE("transforms of colour: floating images have gradients, and bytes follow them") {
  rg::manual_seed(6);
  const auto check = [](const std::function<Tensor(const Tensor&)>& f) {
    const Tensor x = (0.2 + 0.5 * rg::rand({3, 4, 5}, {.dtype = rg::float64})).detach();
    CHECK(rg::gradcheck([&](const std::vector<Tensor>& in) { return f(in[0]); },
                        {x.clone().set_requires_grad()}));
  };
  check([](const Tensor& x) { return adjust_brightness(x, 1.2); });
  check([](const Tensor& x) { return adjust_contrast(x, 0.6); });
  check([](const Tensor& x) { return adjust_saturation(x, 0.6); });
  check([](const Tensor& x) { return adjust_hue(x, 0.1); });
  check([](const Tensor& x) { return adjust_sharpness(x, 0.5); });
  check([](const Tensor& x) { return gaussian_blur(x, {3, 3}, 1); });
  check([](const Tensor& x) { return erase(x, {1, 1, 2, 2}, rg::zeros({1, 1, 1})); });
  for (const rg::DType dtype : {rg::float64, rg::bfloat16}) {
    const Tensor x = rg::rand({3, 4, 5}).to(dtype);
    CHECK(adjust_hue(x, 0.3).dtype() == dtype);
    CHECK(gaussian_blur(x, {3, 3}, 1).dtype() == dtype);
    CHECK(autocontrast(x).dtype() == dtype);
  }
}

TEST_CASE("ColorJitter: factors are uniform, and orders as frequent as each other") {
  rg::manual_seed(13);
  const ColorJitter jitter(
      {.brightness = 0.4, .contrast = {0.5, 3}, .saturation = 2, .hue = {-0.1, 0.3}});
  constexpr int kDraws = 200000;  // an order of the naive shuffle is off by 0.0104
  constexpr int kBins = 8;
  std::vector<std::vector<int>> bins(4, std::vector<int>(kBins));
  std::vector<int> orders(256);
  const auto count = [](std::vector<int>& of, double part) {
    REQUIRE(part >= 0);
    REQUIRE(part <= 1);
    ++of[static_cast<std::size_t>(std::min(part * kBins, kBins - 1.0))];
  };
  for (int i = 0; i < kDraws; ++i) {
    const ColorJitter::Params p = jitter.get_params();
    count(bins[0], (p.brightness - 0.6) / 0.8);
    count(bins[1], (p.contrast - 0.5) / 2.5);
    count(bins[2], p.saturation / 3);
    count(bins[3], (p.hue + 0.1) / 0.4);
    ++orders[static_cast<std::size_t>(p.order[0] + 4 * p.order[1] + 16 * p.order[2] +
                                      64 * p.order[3])];
  }
  const double margin = frequency_margin(kDraws, 4 * kBins + 24);
  for (const auto& of : bins) {
    for (const int found : of) {
      CHECK(std::abs(found / double{kDraws} - 1.0 / kBins) <= margin);
    }
  }
  int kinds = 0;
  for (const int found : orders) {
    kinds += found > 0;
    CHECK((found == 0 || std::abs(found / double{kDraws} - 1.0 / 24) <= margin));
  }
  CHECK(kinds == 24);
}

TEST_CASE("RandomErasing and others: their odds") {
  rg::manual_seed(14);
  constexpr int kDraws = 20000;
  constexpr int kBins = 8;
  const RandomErasing erasing({.scale = {0.1, 0.3}, .ratio = {0.5, 2}});
  std::vector<int> areas(kBins);
  std::vector<int> ratios(kBins);
  constexpr double kSide = 100000;
  const auto count = [](std::vector<int>& of, double part) {
    ++of[static_cast<std::size_t>(std::min(std::max(part, 0.0) * kBins, kBins - 1.0))];
  };
  for (int i = 0; i < kDraws; ++i) {
    const auto box = erasing.get_params(100000, 100000);
    REQUIRE(box.has_value());
    const auto h = static_cast<double>(box->height);
    const auto w = static_cast<double>(box->width);
    count(areas, (h * w / (kSide * kSide) - 0.1) / 0.2);
    count(ratios, (std::log(h / w) - std::log(0.5)) / std::log(4.0));
  }
  const Tensor x = rg::tensor({{{1, 2}}}).to(rg::uint8);
  const Tensor larger = rg::ones({1, 10, 10});
  const std::vector<std::pair<Transform, Tensor>> halves = {
      {RandomInvert(), x},
      {RandomPosterize(0), x},
      {RandomSolarize(0), x},
      {RandomAutocontrast(), x},
      {RandomEqualize(), bytes({1, 20, 20})},
      {RandomAdjustSharpness(0), bytes({1, 4, 4})},
      {RandomGrayscale(0.5), rg::rand({3, 2, 2})},
      {RandomErasing(), larger}};
  const double margin = frequency_margin(kDraws, 2 * kBins + static_cast<int>(halves.size()));
  for (const auto* of : {&areas, &ratios}) {
    for (const int found : *of) {
      CHECK(std::abs(found / double{kDraws} - 1.0 / kBins) <= margin);
    }
  }
  for (const auto& [transform, image] : halves) {
    CAPTURE(transform.name());
    int changed = 0;
    for (int i = 0; i < kDraws / 4; ++i) {
      changed += !same_values(transform(image), image);
    }
    CHECK(std::abs(changed / double{kDraws / 4} - 0.5) <=
          frequency_margin(kDraws / 4, 2 * kBins + static_cast<int>(halves.size())));
  }
  const Tensor image = bytes({3, 20, 20});
  CHECK(same_values(RandomEqualize(1)(image), equalize(image)));
  CHECK(same_values(RandomAdjustSharpness(3, 1)(image), adjust_sharpness(image, 3)));
  CHECK(same_values(RandomPosterize(3, 1)(image), posterize(image, 3)));
  CHECK(same_values(RandomSolarize(70, 1)(image), solarize(image, 70)));
  // Noise, and a value for each channel.
  const Tensor noise = RandomErasing({.p = 1, .scale = {0.9, 0.9}, .ratio = {1, 1}, .value = {}})(
      rg::zeros({3, 50, 50}));
  CHECK(std::abs(rg::mean(rg::square(noise)).item<double>() - 0.9) < 0.2);
  const Tensor coloured =
      RandomErasing({.p = 1, .value = {7, 8, 9}})(rg::zeros({3, 50, 50}, {.dtype = rg::uint8}));
  CHECK(rg::amax(rg::reshape(coloured, {3, -1}), 1).to_vector<std::uint8_t>() ==
        std::vector<std::uint8_t>{7, 8, 9});
}

TEST_CASE("GaussianBlur: sigma is uniform in its range; flat images stay") {
  rg::manual_seed(15);
  const Tensor flat = rg::full({3, 9, 9}, 100, {.dtype = rg::uint8});
  CHECK(same_values(GaussianBlur(5)(flat), flat));
  const Tensor point = rg::tensor({{{0.0, 1.0, 0.0}, {0.0, 1.0, 0.0}}}, {.dtype = rg::float64});
  const GaussianBlur blur({3, 1}, {0.5, 2});
  constexpr int kDraws = 20000;
  constexpr int kBins = 8;
  std::vector<int> bins(kBins);
  for (int i = 0; i < kDraws; ++i) {
    // The weights are 1, e and e over 1 + 2 e, where e = exp(-1 / (2 sigma^2)).
    const double e = (1 / blur(point).at({0, 0, 1}) - 1) / 2;
    const double part = (std::sqrt(-0.5 / std::log(e)) - 0.5) / 1.5;
    REQUIRE(part >= -1e-9);
    REQUIRE(part <= 1 + 1e-9);
    ++bins[static_cast<std::size_t>(std::min(std::max(part, 0.0) * kBins, kBins - 1.0))];
  }
  for (const int found : bins) {
    CHECK(std::abs(found / double{kDraws} - 1.0 / kBins) <= frequency_margin(kDraws, kBins));
  }
}

TEST_CASE("transforms of colour refuse what has no meaning") {
  const Tensor x = rg::rand({3, 8, 9});
  REFUSED(ValueError, adjust_brightness(x, -1), "adjust_brightness", "-1");
  REFUSED(ValueError, adjust_hue(x, 0.6), "adjust_hue", "0.6");
  REFUSED(ShapeError, adjust_contrast(rg::rand({2, 8, 9}), 1), "adjust_contrast", "2 channels");
  REFUSED(DTypeError, equalize(x), "equalize", "uint8");
  REFUSED(DTypeError, posterize(x, 3), "posterize", "uint8");
  REFUSED(ValueError, posterize(x.to(rg::uint8), 9), "posterize", "9 bits");
  REFUSED(ValueError, solarize(x, 2), "solarize", "2");
  REFUSED(ValueError, gaussian_blur(x, {4, 3}, 1), "gaussian_blur", "4 pixels");
  REFUSED(ValueError, gaussian_blur(x, {3, 3}, 0), "gaussian_blur", "sigma");
  REFUSED(ShapeError, gaussian_blur(x, {3, 21}, 1), "gaussian_blur", "mirror");
  REFUSED(ValueError, erase(x, {0, 5, 3, 5}, rg::zeros({1})), "erase", "outside");
  REFUSED(ValueError, ColorJitter({.hue = {-1, 0}}), "ColorJitter", "hue");
  REFUSED(ValueError, RandomPosterize(9), "RandomPosterize", "9 bits");
  REFUSED(ValueError, RandomPosterize(-1), "RandomPosterize", "-1 bits");
  REFUSED(ValueError, RandomSolarize(256), "RandomSolarize", "256");
  REFUSED(ValueError, RandomSolarize(std::nan("")), "RandomSolarize", "nan");
  REFUSED(ValueError, RandomAdjustSharpness(-1), "RandomAdjustSharpness", "-1");
  REFUSED(ValueError, Grayscale(2), "Grayscale", "2 output channels");
  REFUSED(ValueError, GaussianBlur(2), "GaussianBlur", "2 pixels");
  REFUSED(DTypeError, convert_image_dtype(x, rg::int64), "convert_image_dtype", "uint8");
  REFUSED(ShapeError, RandomErasing({.value = {1, 2}})(x), "RandomErasing", "2 values");
}
