#include <doctest/doctest.h>

#include <vector>

#include <retrograd/models/models.h>
#include <retrograd/retrograd.h>

#include "models/close.h"
#include "unit/ops_errors.h"

namespace rg = retrograd;
namespace models = retrograd::models;
using rg::Tensor;

TEST_CASE("preprocess: resized, cropped and normalised, from bytes too") {
  rg::manual_seed(1);
  const Tensor bytes = rg::randint(0, 256, {3, 70, 50}, {.dtype = rg::uint8});
  const Tensor image = bytes.to(rg::float32) / 255;
  const Tensor made = models::preprocess(image, {.resize_size = 40, .crop_size = 32});
  CHECK(made.shape() == rg::Shape{3, 32, 32});
  CHECK(made.dtype() == rg::float32);
  const Tensor resized =
      rg::interpolate(rg::unsqueeze(image, 0),
                      {.size = {56, 40}, .mode = rg::InterpolateMode::bilinear, .antialias = true});
  const Tensor crop = rg::slice(rg::slice(resized, 2, 12, 44), 3, 4, 36);
  const Tensor mean = rg::reshape(rg::tensor({0.485, 0.456, 0.406}), {3, 1, 1});
  const Tensor std = rg::reshape(rg::tensor({0.229, 0.224, 0.225}), {3, 1, 1});
  CHECK(test::close(made, rg::squeeze((crop - mean) / std, 0)));
  CHECK(test::close(models::preprocess(bytes, {.resize_size = 40, .crop_size = 32}), made));
  const Tensor batch = rg::stack({image, image});
  CHECK(models::preprocess(batch).shape() == rg::Shape{2, 3, 224, 224});
  const Tensor last = models::preprocess(batch, {.resize_size = 40, .crop_size = 32})[1];
  CHECK(test::close(last, made));
}

TEST_CASE("preprocess refuses images of other channels and dtypes") {
  REFUSED(ShapeError, models::preprocess(rg::rand({1, 8, 8})), "preprocess (normalize)",
          "1 channels");
  REFUSED(ShapeError, models::preprocess(rg::rand({8, 8})), "preprocess (resize)", "(C, H, W)");
  REFUSED(DTypeError, models::preprocess(rg::ones({3, 8, 8}, {.dtype = rg::int64})),
          "preprocess (interpolate)", "int64");
  REFUSED(GraphError, models::preprocess(Tensor()), "preprocess (resize)", "undefined");
  REFUSED(ValueError, models::preprocess(rg::rand({3, 8, 8}), {.crop_size = 0}),
          "preprocess (center_crop)", "0 pixels");
}
