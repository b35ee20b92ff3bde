// Normalisation to mean 0 and variance 1. Every kind of it is one loop over memory of (samples,
// places, channels): batch norm has one sample of all places, layer norm one place a sample.
#pragma once

#include <array>
#include <cstdint>

#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

struct NormGeometry {
  std::int64_t samples = 1;
  std::int64_t positions = 1;
  std::int64_t channels = 1;
  std::int64_t groups = 1;     // of neighbouring channels, which share their statistics
  bool channels_last = false;  // how the tensor has to lie; else row-major

  // Elements that share a mean.
  std::int64_t count() const { return groups == 0 ? 0 : positions * (channels / groups); }
};

// Each float64, (samples * groups).
struct NormStatistics {
  Tensor mean;
  Tensor variance;           // biased
  Tensor inverse_deviation;  // 1 / sqrt(variance + eps)
};

struct Standardised {
  Tensor values;
  NormStatistics statistics;
};

// What is done to normal values: * weight + bias, then max(., 0) with relu. Weight and bias hold
// one element a channel or are undefined for 1 and 0.
struct NormAffine {
  Tensor weight;
  Tensor bias;
  bool relu = false;
};

// (x - mean) * inverse_deviation * weight + bias.
Standardised standardise(const Tensor& x, const NormAffine& affine, const NormGeometry& geometry,
                         double eps);
// The same with given statistics.
Tensor standardise_by(const Tensor& x, const NormStatistics& statistics, const NormAffine& affine,
                      const NormGeometry& geometry);

// (1 - momentum) * running + momentum * factor * the mean of `fresh` (samples * channels) over the
// samples: float64 (channels), as fresh is.
Tensor moved_running(const Tensor& running, const Tensor& fresh, double momentum, double factor);

struct NormGradients {
  Tensor input;
  Tensor weight;
  Tensor bias;
};

// The gradients that are wanted; those of weight and bias in `parameter_dtype`. With `fixed`
// statistics, these do not depend on x. Where ReLU cut the value off is computed again, which is
// faster than to read it. `over_grad`: the input's gradient may be written over `grad`.
NormGradients standardise_backward(const Tensor& grad, const Tensor& x,
                                   const NormStatistics& statistics, const NormAffine& affine,
                                   const NormGeometry& geometry, bool fixed,
                                   std::array<bool, 3> wanted, DType parameter_dtype,
                                   bool over_grad);

}  // namespace retrograd::kernels
