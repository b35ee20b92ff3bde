// Changes of images: sizes and positions as in torchvision.
#include "unit/ops_errors.h"

#include <vector>

#include <retrograd/retrograd.h>

using namespace retrograd;

namespace {

using Floats = std::vector<float>;

Tensor counted(std::int64_t height, std::int64_t width) {
  return reshape(arange(height * width, {.dtype = float32}), {1, height, width});
}

}  // namespace

TEST_CASE("resize: the shorter side has the size, and the longer one is rounded down") {
  CHECK(transforms::resize(rand({3, 480, 640}), 256).shape() == Shape{3, 256, 341});
  CHECK(transforms::resize(rand({3, 641, 480}), 256).shape() == Shape{3, 341, 256});
  CHECK(transforms::resize(rand({2, 3, 10, 10}), 7).shape() == Shape{2, 3, 7, 7});
  CHECK(transforms::resize(rand({3, 10, 20}), {7, 5}).shape() == Shape{3, 7, 5});
  const Tensor same = rand({3, 10, 20});
  CHECK(transforms::resize(same, 10).to_vector<float>() == same.to_vector<float>());
  const Tensor x = rand({1, 1, 9, 12});
  const Tensor smooth =
      interpolate(x, {.size = {3, 4}, .mode = InterpolateMode::bilinear, .antialias = true});
  CHECK(transforms::resize(x, 3).to_vector<float>() == smooth.to_vector<float>());
  const Tensor rough = interpolate(x, {.size = {3, 4}, .mode = InterpolateMode::bilinear});
  CHECK(transforms::resize(x, 3, {.antialias = false}).to_vector<float>() ==
        rough.to_vector<float>());
  CHECK(transforms::resize(x, 3, {.interpolation = InterpolateMode::nearest}).to_vector<float>() ==
        interpolate(x, {.size = {3, 4}}).to_vector<float>());
}

TEST_CASE("center_crop: half pixels are rounded to even, and small images are padded") {
  CHECK(transforms::center_crop(counted(4, 4), 2).to_vector<float>() == Floats{5, 6, 9, 10});
  // torchvision: (5 - 2) / 2 = 1.5 becomes 2, and (3 - 2) / 2 = 0.5 becomes 0
  CHECK(transforms::center_crop(counted(1, 5), {1, 2}).to_vector<float>() == Floats{2, 3});
  CHECK(transforms::center_crop(counted(1, 3), {1, 2}).to_vector<float>() == Floats{0, 1});
  CHECK(transforms::center_crop(counted(1, 7), {1, 2}).to_vector<float>() == Floats{2, 3});
  CHECK(transforms::center_crop(counted(1, 3) + 1, {2, 2}).to_vector<float>() ==
        Floats{1, 2, 0, 0});
  CHECK(transforms::center_crop(counted(1, 2) + 1, {1, 5}).to_vector<float>() ==
        Floats{0, 1, 2, 0, 0});
  CHECK(transforms::center_crop(rand({2, 3, 8, 9}), 5).shape() == Shape{2, 3, 5, 5});
}

TEST_CASE("normalize: each channel by its mean and deviation") {
  const Tensor x = tensor({{{1.0, 2.0}}, {{3.0, 5.0}}});
  CHECK(transforms::normalize(x, {1, 3}, {0.5, 2}).to_vector<float>() == Floats{0, 2, 0, 1});
  CHECK(transforms::normalize(x.to(float64), {1, 3}, {0.5, 2}).dtype() == float64);
}

TEST_CASE("normalize: interleaved images keep their layout and get the same values") {
  const Tensor x = rand({2, 3, 5, 7});
  const Tensor pixels = permute(permute(x, {0, 2, 3, 1}).contiguous(), {0, 3, 1, 2});
  const auto changed = [](const Tensor& image) {
    return transforms::normalize(image, {0.1, 0.2, 0.3}, {0.4, 0.5, 0.6});
  };
  CHECK(changed(pixels).to_vector<float>() == changed(x).to_vector<float>());
  CHECK(changed(pixels).is_channels_last());
  CHECK(changed(select(pixels, 0, 1)).to_vector<float>() ==
        changed(select(x, 0, 1)).to_vector<float>());
  CHECK(changed(slice(pixels, 3, 1, 6)).to_vector<float>() ==
        changed(slice(x, 3, 1, 6)).to_vector<float>());
  CHECK(changed(zeros({0, 3, 5, 7})).shape() == Shape{0, 3, 5, 7});
  const Tensor leaf = rand({3, 4, 5}, {.dtype = float64});
  const Tensor layered = permute(permute(leaf, {1, 2, 0}).contiguous(), {2, 0, 1});
  CHECK(gradcheck([&](const std::vector<Tensor>& in) { return changed(in[0]); },
                  {layered.detach().set_requires_grad()}));
}

TEST_CASE("changes of images have gradients") {
  Tensor x = rand({1, 6, 8}, {.dtype = float64, .requires_grad = true});
  const auto change = [](const std::vector<Tensor>& inputs) {
    return transforms::normalize(transforms::center_crop(transforms::resize(inputs[0], 4), 3),
                                 {0.5}, {0.25});
  };
  CHECK(gradcheck(change, {x}));
}

TEST_CASE("changes of images refuse what has no meaning") {
  const Tensor x = rand({2, 4, 6});
  REFUSED(ValueError, transforms::resize(x, 0), "resize", "0 pixels");
  REFUSED(ValueError, transforms::resize(x, {1, 2, 3}), "resize", "3 numbers");
  REFUSED(ValueError, transforms::resize(zeros({1, 0, 4}), 2), "resize", "no pixels");
  REFUSED(ShapeError, transforms::resize(rand({4, 6}), 2), "resize", "(C, H, W)");
  REFUSED(DTypeError, transforms::resize(x.to(int64), 2), "resize (interpolate)", "int64");
  REFUSED(ShapeError, transforms::center_crop(rand({4}), 2), "center_crop", "(C, H, W)");
  REFUSED(ValueError, transforms::center_crop(x, {2, 0}), "center_crop", "0 pixels");
  REFUSED(ShapeError, transforms::normalize(x, {1}, {1}), "normalize", "2 channels", "1 means");
  REFUSED(ShapeError, transforms::normalize(x, {1, 2}, {1}), "normalize", "1 deviations");
  REFUSED(ValueError, transforms::normalize(x, {1, 2}, {1, 0}), "normalize", "deviation is 0");
  REFUSED(DTypeError, transforms::normalize(x.to(int64), {1, 2}, {1, 1}), "normalize", "int64");
  REFUSED(GraphError, transforms::center_crop(Tensor(), 2), "center_crop", "undefined");
}
