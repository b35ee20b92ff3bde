/// @file
/// Initial values, as in PyTorch's torch.nn.init. The functions fill a tensor in place, without
/// recording, and return it.
///
/// @code
/// model.apply([](nn::Module& module) {
///   if (auto* conv = dynamic_cast<nn::Conv2d*>(&module)) {
///     nn::init::kaiming_normal_(conv->weight, {.nonlinearity = nn::init::Nonlinearity::relu});
///   }
/// });
/// @endcode
///
/// Tensors without elements stay as they are.
#pragma once

#include <cstdint>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::nn {

/// While an object is alive, layers that its thread makes start with zeros instead of random
/// numbers, and random fills of `nn::init` have no effect. Weights that are loaded afterwards need
/// no initial values, which take most of the time to make a large network.
/// @code
/// const nn::SkipInitGuard skip;
/// nn::Linear layer(4096, 4096);  // zeros
/// @endcode
class RETROGRAD_API SkipInitGuard {
 public:
  /// Skips initial values from here on.
  SkipInitGuard() noexcept;
  ~SkipInitGuard();
  SkipInitGuard(const SkipInitGuard&) = delete;
  SkipInitGuard& operator=(const SkipInitGuard&) = delete;

  /// Returns whether the current thread skips initial values.
  static bool is_on() noexcept;

 private:
  bool before_;
};

}  // namespace retrograd::nn

namespace retrograd::nn::init {

/// Activations after a layer.
enum class Nonlinearity : std::uint8_t {
  linear,      ///< None, for linear layers and convolutions.
  sigmoid,     ///< The sigmoid.
  tanh,        ///< The hyperbolic tangent.
  relu,        ///< ReLU.
  leaky_relu,  ///< Leaky ReLU.
  selu         ///< SELU.
};

/// Returns the factor by which a layer's outputs keep the variance of its inputs. It is 1 for
/// linear layers and the sigmoid, 5/3 for tanh, and 3/4 for SELU. It is sqrt(2) for ReLU, and
/// `sqrt(2 / (1 + negative_slope^2))` for leaky ReLU.
/// @code nn::init::calculate_gain(nn::init::Nonlinearity::relu);  // 1.41421 @endcode
/// @throws ValueError if `negative_slope` is not finite.
RETROGRAD_API double calculate_gain(Nonlinearity nonlinearity, double negative_slope = 0.01,
                                    Where where = {});

/// Numbers of connections of a weight (out, in, kernel...).
struct Fans {
  std::int64_t in;   ///< Inputs of a unit.
  std::int64_t out;  ///< Units that an input reaches.
};

/// Returns the numbers of connections of a weight (out, in, kernel...).
/// @code nn::init::calculate_fan_in_and_fan_out(rg::zeros({16, 3, 5, 5})).in;  // 75 @endcode
/// @throws ShapeError if `weight` has fewer than two dimensions.
RETROGRAD_API Fans calculate_fan_in_and_fan_out(const Tensor& weight, Where where = {});

/// Fills with uniform numbers in [low, high), up to rounding.
/// @code nn::init::uniform_(layer.weight, -0.1, 0.1); @endcode
/// @throws DTypeError if `tensor` is not floating.
/// @throws ValueError if a bound is not finite, or `low > high`.
RETROGRAD_API Tensor uniform_(Tensor tensor, double low = 0, double high = 1,
                              Generator& generator = default_generator(), Where where = {});

/// Fills with normal numbers of this mean and standard deviation.
/// @code nn::init::normal_(layer.weight, 0, 0.02); @endcode
/// @throws DTypeError if `tensor` is not floating.
/// @throws ValueError if a number is not finite, or `std` is negative.
RETROGRAD_API Tensor normal_(Tensor tensor, double mean = 0, double std = 1,
                             Generator& generator = default_generator(), Where where = {});

/// Fills with normal numbers, given that they are in [low, high]. This range should reach into two
/// deviations around the mean.
/// @code nn::init::trunc_normal_(layer.weight, 0, 0.02, -0.04, 0.04); @endcode
/// @throws DTypeError if `tensor` is not floating.
/// @throws ValueError if a number is not finite, `std` is negative, or `low > high`.
RETROGRAD_API Tensor trunc_normal_(Tensor tensor, double mean = 0, double std = 1, double low = -2,
                                   double high = 2, Generator& generator = default_generator(),
                                   Where where = {});

/// Fills with a number.
/// @code nn::init::constant_(layer.bias, 0.1); @endcode
/// @throws ValueError if the dtype of `tensor` cannot hold it.
RETROGRAD_API Tensor constant_(Tensor tensor, Scalar value, Where where = {});

/// Fills with ones.
/// @code nn::init::ones_(layer.bias); @endcode
/// @throws GraphError if `tensor` is undefined.
RETROGRAD_API Tensor ones_(Tensor tensor, Where where = {});

/// Fills with zeros.
/// @code nn::init::zeros_(layer.bias); @endcode
/// @throws GraphError if `tensor` is undefined.
RETROGRAD_API Tensor zeros_(Tensor tensor, Where where = {});

/// Fills a matrix with ones on the diagonal, and zeros elsewhere.
/// @code nn::init::eye_(layer.weight); @endcode
/// @throws ShapeError if `tensor` is not a matrix.
RETROGRAD_API Tensor eye_(Tensor tensor, Where where = {});

/// Fills a convolution's weight (out, in, kernel...) so that channel i of the result is channel i
/// of the input. Each group of output channels does so for as many channels as there are.
/// @code nn::init::dirac_(conv.weight); @endcode
/// @throws ShapeError if `tensor` has fewer than three or more than five dimensions.
/// @throws ValueError if the output channels do not split into the groups.
RETROGRAD_API Tensor dirac_(Tensor tensor, std::int64_t groups = 1, Where where = {});

/// Fills with uniform numbers of the deviation `gain sqrt(2 / (fan_in + fan_out))`. See Glorot and
/// Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
/// @code nn::init::xavier_uniform_(layer.weight); @endcode
/// @throws ShapeError if `tensor` has fewer than two dimensions.
/// @throws DTypeError if `tensor` is not floating.
/// @throws ValueError if `gain` is not finite.
RETROGRAD_API Tensor xavier_uniform_(Tensor tensor, double gain = 1,
                                     Generator& generator = default_generator(), Where where = {});

/// Fills with normal numbers of the deviation `gain sqrt(2 / (fan_in + fan_out))`. See Glorot and
/// Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
/// @code nn::init::xavier_normal_(layer.weight); @endcode
/// @throws ShapeError if `tensor` has fewer than two dimensions.
/// @throws DTypeError if `tensor` is not floating.
/// @throws ValueError if `gain` is not finite.
RETROGRAD_API Tensor xavier_normal_(Tensor tensor, double gain = 1,
                                    Generator& generator = default_generator(), Where where = {});

/// Variance to keep: that of values, forward (fan_in), or of gradients, backward (fan_out).
enum class FanMode : std::uint8_t { fan_in, fan_out };  // what keeps its size: values or gradients

/// Options of kaiming_uniform_() and kaiming_normal_().
struct KaimingOptions {
  double a = 0;                                          ///< Slope of leaky ReLU below zero.
  FanMode mode = FanMode::fan_in;                        ///< Variance to keep.
  Nonlinearity nonlinearity = Nonlinearity::leaky_relu;  ///< Activation after the layer.
};

/// Fills with uniform numbers of the deviation `gain / sqrt(fan)`. See He et al., "Delving deep
/// into rectifiers", 2015.
/// @code
/// nn::init::kaiming_uniform_(layer.weight, {.nonlinearity = nn::init::Nonlinearity::relu});
/// @endcode
/// @throws ShapeError if `tensor` has fewer than two dimensions.
/// @throws DTypeError if `tensor` is not floating.
/// @throws ValueError if the slope is not finite.
RETROGRAD_API Tensor kaiming_uniform_(Tensor tensor, KaimingOptions options = {},
                                      Generator& generator = default_generator(), Where where = {});

/// Fills with normal numbers of the deviation `gain / sqrt(fan)`. See He et al., "Delving deep into
/// rectifiers", 2015.
/// @code
/// nn::init::kaiming_normal_(layer.weight, {.nonlinearity = nn::init::Nonlinearity::relu});
/// @endcode
/// @throws ShapeError if `tensor` has fewer than two dimensions.
/// @throws DTypeError if `tensor` is not floating.
/// @throws ValueError if the slope is not finite.
RETROGRAD_API Tensor kaiming_normal_(Tensor tensor, KaimingOptions options = {},
                                     Generator& generator = default_generator(), Where where = {});

/// Fills with orthogonal rows or columns of length `gain`, whichever are fewer when all dimensions
/// except the first are joined. All such matrices are equally likely.
/// @code nn::init::orthogonal_(layer.weight); @endcode
/// @throws ShapeError if `tensor` has fewer than two dimensions.
/// @throws DTypeError if `tensor` is not floating.
/// @throws ValueError if `gain` is not finite.
RETROGRAD_API Tensor orthogonal_(Tensor tensor, double gain = 1,
                                 Generator& generator = default_generator(), Where where = {});

/// Fills a matrix with normal numbers around 0. A share of `sparsity` of each column, rounded up,
/// is 0.
/// @code nn::init::sparse_(layer.weight, 0.5); @endcode
/// @throws ShapeError if `tensor` is not a matrix.
/// @throws DTypeError if `tensor` is not floating.
/// @throws ValueError if `sparsity` is outside [0, 1], or `std` is negative.
RETROGRAD_API Tensor sparse_(Tensor tensor, double sparsity, double std = 0.01,
                             Generator& generator = default_generator(), Where where = {});

}  // namespace retrograd::nn::init
