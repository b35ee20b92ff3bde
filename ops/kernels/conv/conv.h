// Convolution kernels: forward, gradient of the input, gradient of the weight.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

using Spatial = std::array<std::int64_t, 3>;

// (first, second, the last `rank` of `spatial`...)
inline Shape with_spatial(std::int64_t first, std::int64_t second, const Spatial& spatial,
                          std::size_t rank) {
  Shape shape{first, second};
  for (std::size_t d = spatial.size() - rank; d < spatial.size(); ++d) {
    shape.push_back(spatial[d]);
  }
  return shape;
}

// Everything that defines a convolution. One- and two-dimensional ones have leading spatial sizes
// of 1: (N, C, 1, H, W). Tensors stay in their own rank.
struct ConvGeometry {
  DType dtype = float32;
  std::size_t spatial_rank = 2;
  std::int64_t batch = 0;
  std::int64_t in_channels = 0;
  std::int64_t out_channels = 0;
  std::int64_t groups = 1;
  Spatial input{1, 1, 1};
  Spatial kernel{1, 1, 1};
  Spatial output{1, 1, 1};
  Spatial stride{1, 1, 1};
  Spatial pad_before{0, 0, 0};
  Spatial pad_after{0, 0, 0};
  Spatial dilation{1, 1, 1};

  friend bool operator==(const ConvGeometry&, const ConvGeometry&) = default;

  // (N, C, spatial...), (O, C / groups, kernel...) and (N, O, spatial...).
  Shape input_shape() const { return with_spatial(batch, in_channels, input, spatial_rank); }
  Shape weight_shape() const {
    return with_spatial(out_channels, in_channels / groups, kernel, spatial_rank);
  }
  Shape output_shape() const { return with_spatial(batch, out_channels, output, spatial_rank); }
};

// Choose among the implementations below; bfloat16 that oneDNN does not take goes through float32.
// Activations come back channels-last, gradients of the weight row-major.
// A bias, where defined, is one value for each channel of the result.
Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias,
            const ConvGeometry& geometry);
// relu() of it.
Tensor conv_relu(const Tensor& x, const Tensor& weight, const Tensor& bias,
                 const ConvGeometry& geometry);
// The parameters of a convolution, of which the bias may be undefined.
struct Filters {
  const Tensor& weight;
  const Tensor& bias;
};
// conv_relu() of it by 1x1 filters, with geometry `then`. Where both convolutions suit, no tensor
// holds what is between them.
Tensor separable_conv_relu(const Tensor& x, const Filters& depthwise, const ConvGeometry& geometry,
                           const Filters& pointwise, const ConvGeometry& then);
Tensor conv_input_grad(const Tensor& grad, const Tensor& weight, const Tensor& bias,
                       const ConvGeometry& geometry);
Tensor conv_weight_grad(const Tensor& x, const Tensor& grad, const ConvGeometry& geometry);

// The matrix of shifted inputs times the filters, in float32 or float64: for every shape.
namespace unfolded {
Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias,
            const ConvGeometry& geometry);
Tensor conv_input_grad(const Tensor& grad, const Tensor& weight, const ConvGeometry& geometry);
Tensor conv_weight_grad(const Tensor& x, const Tensor& grad, const ConvGeometry& geometry);
}  // namespace unfolded

// In the tiles of AMX, of bfloat16: sums are formed in float32. Where an input is infinite or not a
// number, so is more of the gradient than the weights that read it.
namespace in_tiles {
// One group, at most two spatial dimensions, and enough of all sizes.
bool suits_weight_grad(const ConvGeometry& geometry);
Tensor conv_weight_grad(const Tensor& x, const Tensor& grad, const ConvGeometry& geometry);
}  // namespace in_tiles

namespace onednn {
// wide_input_grad: of bfloat16, in float32.
enum class Pass : std::uint8_t { forward, input_grad, wide_input_grad, weight_grad };
// False for float64, empty tensors, and what oneDNN is known to compute wrongly: the list stands in
// onednn/supports.cpp.
bool supports(Pass pass, const ConvGeometry& geometry);
// Undefined where oneDNN has no implementation for this CPU that would be worth it.
Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& geometry,
            bool relu = false);
Tensor conv_input_grad(const Tensor& grad, const Tensor& weight, const ConvGeometry& geometry,
                       DType result);
Tensor conv_weight_grad(const Tensor& x, const Tensor& grad, const ConvGeometry& geometry);
// Whether this build has it.
bool available() noexcept;
// How many convolutions are kept ready to run, for all threads.
std::size_t cached_conv_plans() noexcept;
}  // namespace onednn

}  // namespace retrograd::kernels
