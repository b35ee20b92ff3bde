#include <retrograd/ops/kernels/conv/conv.h>

namespace retrograd::kernels {

namespace {

// (first, second, the last `rank` of `spatial`...)
Shape with_spatial(std::int64_t first, std::int64_t second, const Spatial& spatial,
                   std::size_t rank) {
  Shape shape{first, second};
  for (std::size_t d = spatial.size() - rank; d < spatial.size(); ++d) {
    shape.push_back(spatial[d]);
  }
  return shape;
}

}  // namespace

Shape ConvGeometry::input_shape() const {
  return with_spatial(batch, in_channels, input, spatial_rank);
}

Shape ConvGeometry::weight_shape() const {
  return with_spatial(out_channels, in_channels / groups, kernel, spatial_rank);
}

Shape ConvGeometry::output_shape() const {
  return with_spatial(batch, out_channels, output, spatial_rank);
}

}  // namespace retrograd::kernels
