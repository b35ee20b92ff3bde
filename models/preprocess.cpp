#include <retrograd/models/preprocess.h>

#include <retrograd/data/transforms.h>
#include <retrograd/ops/arithmetic.h>

namespace retrograd::models {

Tensor preprocess(const Tensor& images, const PreprocessOptions& options, Where where) {
  const Frame call("preprocess", where);
  const bool bytes = images.defined() && images.dtype() == uint8;
  Tensor x = bytes ? images.to(float32) / 255 : images;
  x = transforms::resize(x, options.resize_size,
                         {.interpolation = options.interpolation, .antialias = options.antialias});
  x = transforms::center_crop(x, options.crop_size);
  return transforms::normalize(x, options.mean, options.std);
}

}  // namespace retrograd::models
