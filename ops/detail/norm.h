// What the normalisations share. Internal.
#pragma once

#include <cstdint>

#include <retrograd/autograd/call.h>
#include <retrograd/ops/kernels/norm/norm.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::normalising {

using kernels::NormGeometry;
using kernels::NormStatistics;

// The plain numbers of a call.
struct Norm {
  NormGeometry geometry;
  std::int64_t batch;  // of x as (batch, groups, channels of a group, positions)
  std::int64_t positions;
  double eps;
  bool fixed = false;               // statistics are given
  bool relu = false;                // is taken of the result
  DType parameter_dtype = float32;  // of weight and bias

  bool pooled() const { return geometry.samples != batch; }
  Shape blocks() const {
    const std::int64_t width = geometry.groups == 0 ? 0 : geometry.channels / geometry.groups;
    return {batch, geometry.groups, width, positions};
  }
  Shape parameter() const {
    Shape sizes = blocks();
    sizes[0] = sizes[3] = 1;
    return sizes;
  }
  Shape statistic() const { return {pooled() ? 1 : batch, geometry.groups, 1, 1}; }
  Dims reduced() const { return pooled() ? Dims{0, 2, 3} : Dims{2, 3}; }
};

// Of x (N, C, ...), its channels in `groups`; statistics of all samples together if `pooled`.
Norm norm_of(const Tensor& x, std::int64_t groups, bool pooled, double eps);

// Puts y on the tape. Weight and bias are (channels) here.
Tensor record_norm(const Call& call, Norm norm, const Tensor& x, const Tensor& weight,
                   const Tensor& bias, const Tensor& y, const NormStatistics& statistics);

// Of the input's dtype, or float32 beside bfloat16; each may be undefined.
void check_parameters(const Frame& call, const Tensor& weight, const Tensor& bias, const Tensor& x,
                      const Shape& shape);
void check_eps(const Frame& call, double eps, const Tensor& x);
// (N, C, ...) of this rank at least.
void check_channels(const Frame& call, const Tensor& x, std::int64_t least_rank);

}  // namespace retrograd::normalising
