/// @file
/// Initial values: fill a tensor in place, without recording, and hand it back.
///
/// @code
/// model.apply([](nn::Module& module) {
///   if (auto* conv = dynamic_cast<nn::Conv2d*>(&module)) {
///     nn::init::kaiming_normal_(conv->weight, {.nonlinearity = nn::init::Nonlinearity::relu});
///   }
/// });
/// @endcode
///
/// PyTorch's torch.nn.init. Random values need a floating tensor (DTypeError), numbers out of range
/// throw ValueError, and tensors without elements stay as they are.
#pragma once

#include <cstdint>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::nn::init {

/// The functions to choose from.
enum class Nonlinearity : std::uint8_t {
  linear,  ///< Convolutions, too.
  sigmoid,
  tanh,  ///< Hyperbolic tangent.
  relu,
  leaky_relu,
  selu
};

/// By what a layer's outputs keep the variance of its inputs: 1 for linear layers and the sigmoid,
/// 5/3 for tanh, sqrt(2) for relu, sqrt(2 / (1 + slope^2)) for leaky_relu, 3/4 for selu. Others
/// than leaky_relu ignore the slope.
RETROGRAD_API double calculate_gain(Nonlinearity nonlinearity, double negative_slope = 0.01,
                                    Where where = {});

/// How many inputs a unit of a weight (out, in, kernel...) has, and how many units an input goes
/// to.
struct Fans {
  std::int64_t in;   ///< Features of the input.
  std::int64_t out;  ///< Features of the output.
};
/// Throws ShapeError for less than two dimensions.
RETROGRAD_API Fans calculate_fan_in_and_fan_out(const Tensor& weight, Where where = {});

/// Uniform in [low, high), up to rounding.
RETROGRAD_API Tensor uniform_(Tensor tensor, double low = 0, double high = 1,
                              Generator& generator = default_generator(), Where where = {});
/// Normal with this mean and standard deviation.
RETROGRAD_API Tensor normal_(Tensor tensor, double mean = 0, double std = 1,
                             Generator& generator = default_generator(), Where where = {});
/// Normal, given that it lies in [low, high]; that range should reach into two deviations around
/// the mean.
RETROGRAD_API Tensor trunc_normal_(Tensor tensor, double mean = 0, double std = 1, double low = -2,
                                   double high = 2, Generator& generator = default_generator(),
                                   Where where = {});

/// Fills with a number.
RETROGRAD_API Tensor constant_(Tensor tensor, Scalar value, Where where = {});
/// Fills with ones.
RETROGRAD_API Tensor ones_(Tensor tensor, Where where = {});
/// Fills with zeros.
RETROGRAD_API Tensor zeros_(Tensor tensor, Where where = {});
/// A matrix with ones on the diagonal. Throws ShapeError for other than two dimensions.
RETROGRAD_API Tensor eye_(Tensor tensor, Where where = {});
/// A convolution's weight (out, in, kernel...) that passes channel i on to channel i, in each group
/// of output channels for as many as there are. Throws ShapeError for other than three to five
/// dimensions, ValueError where the output channels do not split into the groups.
RETROGRAD_API Tensor dirac_(Tensor tensor, std::int64_t groups = 1, Where where = {});

/// Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks",
/// 2010: a deviation of gain sqrt(2 / (fan_in + fan_out)).
RETROGRAD_API Tensor xavier_uniform_(Tensor tensor, double gain = 1,
                                     Generator& generator = default_generator(), Where where = {});
/// Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks",
/// 2010: a deviation of gain sqrt(2 / (fan_in + fan_out)).
RETROGRAD_API Tensor xavier_normal_(Tensor tensor, double gain = 1,
                                    Generator& generator = default_generator(), Where where = {});

/// Whether variance is kept forward (fan_in) or backward (fan_out).
enum class FanMode : std::uint8_t { fan_in, fan_out };  // what keeps its size: values or gradients

/// Options, given as {.name = value}; what is left out keeps its default.
struct KaimingOptions {
  double a = 0;                                          ///< The slope of leaky_relu below zero.
  FanMode mode = FanMode::fan_in;                        ///< Which of the ways to do it.
  Nonlinearity nonlinearity = Nonlinearity::leaky_relu;  ///< tanh or relu.
};

/// He et al., "Delving deep into rectifiers", 2015: a deviation of gain / sqrt(fan).
RETROGRAD_API Tensor kaiming_uniform_(Tensor tensor, KaimingOptions options = {},
                                      Generator& generator = default_generator(), Where where = {});
/// He et al., "Delving deep into rectifiers", 2015: a deviation of gain / sqrt(fan).
RETROGRAD_API Tensor kaiming_normal_(Tensor tensor, KaimingOptions options = {},
                                     Generator& generator = default_generator(), Where where = {});

/// Rows or columns, whichever are fewer once all dimensions but the first are joined, that are
/// orthogonal to each other and of length `gain`; all such matrices are equally likely. Throws
/// ShapeError for less than two dimensions.
RETROGRAD_API Tensor orthogonal_(Tensor tensor, double gain = 1,
                                 Generator& generator = default_generator(), Where where = {});
/// Normal around 0, but a share of `sparsity` of each column, rounded up, is 0. Throws ShapeError
/// for other than two dimensions.
RETROGRAD_API Tensor sparse_(Tensor tensor, double sparsity, double std = 0.01,
                             Generator& generator = default_generator(), Where where = {});

}  // namespace retrograd::nn::init
