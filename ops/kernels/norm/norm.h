// Normalisation to mean 0 and variance 1. Every kind of it is one loop over memory of (images,
// places, channels): batch norm has one image of all places, layer norm one place an image.
#pragma once

#include <array>
#include <cstdint>

#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

struct NormShape {
  std::int64_t images = 1;
  std::int64_t places = 1;
  std::int64_t channels = 1;
  std::int64_t groups = 1;     // of neighbouring channels, which share their statistics
  bool channels_last = false;  // how the tensor has to lie; else row-major

  // Elements that share a mean.
  std::int64_t count() const { return groups == 0 ? 0 : places * (channels / groups); }
};

// Each float64, (images * groups).
struct NormStatistics {
  Tensor mean;
  Tensor variance;           // biased
  Tensor inverse_deviation;  // 1 / sqrt(variance + eps)
};

struct Normalised {
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
Normalised normalise(const Tensor& x, const NormAffine& affine, const NormShape& shape, double eps);
// The same with given statistics.
Tensor normalise_by(const Tensor& x, const NormStatistics& statistics, const NormAffine& affine,
                    const NormShape& shape);

// (1 - momentum) * running + momentum * factor * the mean of `fresh` (images * channels) over the
// images: float64 (channels), as fresh is.
Tensor moved_running(const Tensor& running, const Tensor& fresh, double momentum, double factor);

struct NormGradients {
  Tensor input;
  Tensor weight;
  Tensor bias;
};

// The gradients that are wanted; those of weight and bias in `parameter_dtype`. With `fixed`
// statistics, these do not depend on x. Where ReLU cut the value off is computed again, which is
// faster than to read it.
NormGradients normalise_backward(const Tensor& grad, const Tensor& x,
                                 const NormStatistics& statistics, const NormAffine& affine,
                                 const NormShape& shape, bool fixed, std::array<bool, 3> wanted,
                                 DType parameter_dtype);

}  // namespace retrograd::kernels
