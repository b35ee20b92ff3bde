#include "program_operators.h"

#include <algorithm>

#include <retrograd/retrograd.h>

namespace fuzz {

namespace {

namespace rg = retrograd;
using rg::Tensor;

template <std::size_t N>
rg::ConvOptions<N> conv_options(const Instruction& in) {
  return {.stride = 1 + in.choice(2),
          .padding = in.choice_after(2, 3),
          .dilation = 1 + in.choice_after(6, 2),
          .groups = 1 + in.choice_after(12, 3)};
}

template <std::size_t N>
rg::ConvTransposeOptions<N> transpose_options(const Instruction& in) {
  return {.stride = 1 + in.choice(2),
          .padding = in.choice_after(2, 2),
          .output_padding = in.choice_after(4, 2),
          .groups = 1 + in.choice_after(8, 2),
          .dilation = 1 + in.choice_after(16, 2)};
}

template <std::size_t N>
rg::MaxPoolOptions<N> pool_options(const Instruction& in) {
  return {.stride = 1 + in.choice_after(3, 2),
          .padding = in.choice_after(6, 2),
          .dilation = 1 + in.choice_after(12, 2),
          .ceil_mode = in.choice_after(24, 2) == 1};
}

// A dimension of x, or one that it may lack.
int dim(const Instruction& in) {
  return in.choice(9) - 4;
}

// Indices along a dimension of `a`, some of them twice.
Tensor indices(const Instruction& in, std::int64_t count) {
  const std::int64_t length = std::max<std::int64_t>(in.a.size(dim(in)), 1);
  return pattern({count}, 0, in.choice_after(9, 4), length);
}

rg::Shape reversed(rg::Shape dims) {
  std::reverse(dims.begin(), dims.end());
  return dims;
}

rg::Dims descending(const Tensor& x) {
  rg::Dims dims;
  for (std::int64_t d = x.dim(); d-- > 0;) {
    dims.push_back(d);
  }
  return dims;
}

// A window of a copy, changed in place.
Tensor with_window(const Instruction& in, bool add) {
  Tensor copy = in.a.clone();
  Tensor window = rg::slice(copy, dim(in), in.choice_after(9, 3), {}, 2);
  add ? window.add_(in.b) : window.mul_(in.b);
  return copy;
}

}  // namespace

Tensor pattern(const rg::Shape& shape, std::int64_t start, std::int64_t step,
               std::int64_t modulus) {
  Tensor result = rg::empty(shape, {.dtype = rg::int64});
  auto* const values = result.data<std::int64_t>();
  for (std::int64_t i = 0; i < result.numel(); ++i) {
    values[i] = (start + i * step) % modulus;
  }
  return result;
}

const std::vector<ProgramOperator>& program_operators() {
  using In = const Instruction&;
  static const std::vector<ProgramOperator> all{
      // of each element
      [](In in) { return rg::add(in.a, in.b); },
      [](In in) { return rg::sub(in.a, in.b); },
      [](In in) { return rg::mul(in.a, in.b); },
      [](In in) { return rg::mul(in.a, in.choice(4)); },
      [](In in) { return rg::maximum(in.a, in.b); },
      [](In in) { return rg::minimum(in.a, in.b); },
      [](In in) { return rg::where(rg::gt(in.a, in.b), in.a, in.c); },
      [](In in) { return rg::neg(in.a); },
      [](In in) { return rg::abs(in.a); },
      [](In in) { return rg::relu(in.a); },
      [](In in) { return rg::add_relu(in.a, in.b); },
      [](In in) { return rg::square(in.a); },
      [](In in) { return rg::clamp(in.a, -in.choice(4), 2); },
      [](In in) { return rg::masked_fill(in.a, rg::lt(in.a, in.b), in.choice(3)); },
      // in place
      [](In in) { return in.a.clone().add_(in.b); },
      [](In in) { return in.a.clone().mul_(in.b); },
      [](In in) { return with_window(in, true); },
      [](In in) { return with_window(in, false); },
      // reductions
      [](In in) { return rg::sum(in.a); },
      [](In in) { return rg::sum(in.a, {dim(in)}, in.choice_after(9, 2) == 1); },
      [](In in) {
        return rg::sum(in.a, {0, -1}, in.choice(2) == 1);
      },
      [](In in) { return rg::sum_to(in.a, in.b.shape()); },
      [](In in) { return rg::max(in.a, dim(in)).values; },
      [](In in) { return rg::cumsum(in.a, dim(in)); },
      // products
      [](In in) { return rg::matmul(in.a, in.b); },
      [](In in) { return rg::matmul(in.a, rg::transpose(in.b, -1, -2)); },
      [](In in) { return rg::linear(in.a, in.b); },
      [](In in) { return rg::linear_relu(in.a, in.b, in.c); },
      [](In in) {
        return rg::einsum("...i,...i->...", {in.a, in.b});
      },
      [](In in) { return rg::conv1d(in.a, in.b, {}, conv_options<1>(in)); },
      [](In in) { return rg::conv1d_relu(in.a, in.b, in.c, conv_options<1>(in)); },
      [](In in) { return rg::conv2d(in.a, in.b, {}, conv_options<2>(in)); },
      [](In in) { return rg::conv2d(in.a, in.b, in.c, conv_options<2>(in)); },
      [](In in) { return rg::conv2d_relu(in.a, in.b, {}, conv_options<2>(in)); },
      [](In in) {
        return rg::separable_conv2d_relu(in.a, in.b, in.c, {}, {}, conv_options<2>(in));
      },
      [](In in) { return rg::conv3d(in.a, in.b, {}, conv_options<3>(in)); },
      [](In in) { return rg::conv_transpose1d(in.a, in.b, {}, transpose_options<1>(in)); },
      [](In in) { return rg::conv_transpose2d(in.a, in.b, {}, transpose_options<2>(in)); },
      [](In in) { return rg::conv_transpose3d(in.a, in.b, {}, transpose_options<3>(in)); },
      // windows
      [](In in) { return rg::max_pool1d(in.a, 1 + in.choice(3), pool_options<1>(in)); },
      [](In in) { return rg::max_pool2d(in.a, 1 + in.choice(3), pool_options<2>(in)); },
      [](In in) { return rg::max_pool3d(in.a, 1 + in.choice(3), pool_options<3>(in)); },
      [](In in) { return rg::avg_pool2d(in.a, 2, {.divisor_override = 1}); },
      [](In in) { return rg::interpolate(in.a, {.scale_factor = 1 + in.choice(2)}); },
      [](In in) { return rg::pixel_shuffle(in.a, 2); },
      // shapes
      [](In in) { return rg::reshape(in.a, in.b.shape()); },
      [](In in) { return rg::reshape(in.a, reversed(in.a.shape())); },
      [](In in) { return rg::flatten(in.a, in.choice(3)); },
      [](In in) { return rg::transpose(in.a, dim(in), in.choice_after(9, 4) - 2); },
      [](In in) { return rg::permute(in.a, descending(in.a)); },
      [](In in) { return rg::squeeze(in.a); },
      [](In in) { return rg::unsqueeze(in.a, dim(in)); },
      [](In in) { return rg::expand(in.a, in.b.shape()); },
      [](In in) { return rg::slice(in.a, dim(in), in.choice_after(9, 3), {}, 2); },
      [](In in) { return rg::narrow(in.a, dim(in), in.choice_after(9, 2), 1); },
      [](In in) { return rg::select(in.a, dim(in), in.choice_after(9, 3)); },
      [](In in) { return rg::diagonal(in.a, in.choice(3) - 1, 0, -1); },
      [](In in) {
        return rg::cat({in.a, in.b}, dim(in));
      },
      [](In in) {
        return rg::stack({in.a, in.b, in.a}, dim(in));
      },
      [](In in) {
        return rg::repeat(in.a, {2, 1, 1, 1});
      },
      [](In in) { return rg::flip(in.a, {dim(in)}); },
      [](In in) { return rg::roll(in.a, {in.choice(3)}, {-1}); },
      [](In in) { return rg::tril(in.a, in.choice(3) - 1); },
      [](In in) {
        return rg::pad(in.a, {in.choice(3) - 1, 1});
      },
      [](In in) {
        return rg::pad(in.a, {1, in.choice(3)}, {.mode = rg::PaddingMode::reflect});
      },
      // indices
      [](In in) { return rg::index_select(in.a, dim(in), indices(in, 3)); },
      [](In in) { return rg::index_add(in.a, dim(in), indices(in, in.b.size(dim(in))), in.b); },
      [](In in) { return rg::sort(in.a, dim(in)).values; },
  };
  return all;
}

}  // namespace fuzz
