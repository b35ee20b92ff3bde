/// @file
/// Initial values, as PyTorch's `torch.nn.init`: functions that fill a tensor in place and return
/// it.
///
/// @code
/// model.apply([](nn::Module& module) {
///   if (auto* conv = dynamic_cast<nn::Conv2d*>(&module)) {
///     nn::init::kaiming_normal_(conv->weight, {.nonlinearity = nn::init::Nonlinearity::relu});
///   }
/// });
/// @endcode
///
/// They record no operator. Tensors without elements stay as they are. All throw GraphError if the
/// tensor is undefined. Functions that draw random numbers throw DTypeError if it is not floating.
#pragma once

#include <cstdint>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::nn::init {

/// The function after a layer.
enum class Nonlinearity : std::uint8_t {
  linear,      ///< No function; also for convolutions.
  sigmoid,     ///< `sigmoid()`.
  tanh,        ///< `tanh()`.
  relu,        ///< `relu()`.
  leaky_relu,  ///< `leaky_relu()`.
  selu         ///< `selu()`.
};

/// Returns the factor of a layer's deviation that keeps the variance through a function.
///
/// The gain is 1 for `linear` and `sigmoid`, 5/3 for `tanh`, sqrt(2) for `relu`, sqrt(2 / (1 +
/// negative_slope^2)) for `leaky_relu`, and 3/4 for `selu`. Only `leaky_relu` uses
/// `negative_slope`.
///
/// @throws ValueError if `negative_slope` is used and not finite.
RETROGRAD_API double calculate_gain(Nonlinearity nonlinearity, double negative_slope = 0.01,
                                    Where where = {});

/// The numbers of connections of a weight (out, in, kernel...).
struct Fans {
  std::int64_t in;   ///< Inputs of an output: `in` times the size of the kernel.
  std::int64_t out;  ///< Outputs of an input: `out` times the size of the kernel.
};
/// Returns the fans of a weight (out, in, kernel...).
///
/// @throws ShapeError if `weight` has less than two dimensions.
RETROGRAD_API Fans calculate_fan_in_and_fan_out(const Tensor& weight, Where where = {});

/// Fills a tensor with uniform values in [low, high), up to rounding.
///
/// @code
/// nn::init::uniform_(layer.weight, -0.1, 0.1);
/// @endcode
///
/// @throws ValueError if `low` is above `high` or the range is not finite.
RETROGRAD_API Tensor uniform_(Tensor tensor, double low = 0, double high = 1,
                              Generator& generator = default_generator(), Where where = {});
/// Fills a tensor with normal values of mean `mean` and standard deviation `std`.
///
/// @code
/// nn::init::normal_(layer.weight, 0, 0.02);
/// @endcode
///
/// @throws ValueError if `mean` is not finite, or `std` is negative or not finite.
RETROGRAD_API Tensor normal_(Tensor tensor, double mean = 0, double std = 1,
                             Generator& generator = default_generator(), Where where = {});
/// Fills a tensor with normal values of mean `mean` and deviation `std`, restricted to [low, high].
///
/// The range should overlap [mean - 2 std, mean + 2 std].
///
/// @code
/// nn::init::trunc_normal_(layer.weight, 0, 0.02, -0.04, 0.04);
/// @endcode
///
/// @throws ValueError if `mean` is not finite, `std` is negative or not finite, `low` is above
///   `high`, or the range is not finite.
RETROGRAD_API Tensor trunc_normal_(Tensor tensor, double mean = 0, double std = 1, double low = -2,
                                   double high = 2, Generator& generator = default_generator(),
                                   Where where = {});

/// Fills a tensor with one number.
///
/// @code
/// nn::init::constant_(layer.bias, 0.1);
/// @endcode
RETROGRAD_API Tensor constant_(Tensor tensor, Scalar value, Where where = {});
/// Fills a tensor with ones.
RETROGRAD_API Tensor ones_(Tensor tensor, Where where = {});
/// Fills a tensor with zeros.
RETROGRAD_API Tensor zeros_(Tensor tensor, Where where = {});
/// Fills a matrix with ones on the diagonal and zeros elsewhere.
///
/// @throws ShapeError if `tensor` does not have two dimensions.
RETROGRAD_API Tensor eye_(Tensor tensor, Where where = {});
/// Fills the weight (out, in, kernel...) of a convolution so that it copies its input channels.
///
/// In each of the groups of output channels, output channel i is input channel i, as far as there
/// are both.
///
/// @throws ShapeError if `tensor` does not have three to five dimensions.
/// @throws ValueError if the output channels do not split into `groups` groups.
RETROGRAD_API Tensor dirac_(Tensor tensor, std::int64_t groups = 1, Where where = {});

/// Fills a weight with uniform values of deviation `gain sqrt(2 / (fan_in + fan_out))`.
///
/// Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
/// networks", 2010.
///
/// @throws ShapeError if `tensor` has less than two dimensions.
/// @throws ValueError if `gain` is not finite.
RETROGRAD_API Tensor xavier_uniform_(Tensor tensor, double gain = 1,
                                     Generator& generator = default_generator(), Where where = {});
/// Fills a weight with normal values of deviation `gain sqrt(2 / (fan_in + fan_out))`.
///
/// Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
/// networks", 2010.
///
/// @throws ShapeError if `tensor` has less than two dimensions.
/// @throws ValueError if `gain` is not finite.
RETROGRAD_API Tensor xavier_normal_(Tensor tensor, double gain = 1,
                                    Generator& generator = default_generator(), Where where = {});

/// The direction in which variance is kept: forward (`fan_in`) or backward (`fan_out`).
enum class FanMode : std::uint8_t { fan_in, fan_out };

/// Options of `kaiming_uniform_()` and `kaiming_normal_()`, given as `{.name = value}`.
struct KaimingOptions {
  double a = 0;                    ///< Slope of `leaky_relu` below 0, finite.
  FanMode mode = FanMode::fan_in;  ///< Direction in which variance is kept.
  /// Function after the layer, for the gain.
  Nonlinearity nonlinearity = Nonlinearity::leaky_relu;
};

/// Fills a weight with uniform values of deviation `gain / sqrt(fan)`.
///
/// Source: He et al., "Delving deep into rectifiers", 2015.
///
/// @throws ShapeError if `tensor` has less than two dimensions.
/// @throws ValueError if `a` is not finite.
RETROGRAD_API Tensor kaiming_uniform_(Tensor tensor, KaimingOptions options = {},
                                      Generator& generator = default_generator(), Where where = {});
/// Fills a weight with normal values of deviation `gain / sqrt(fan)`.
///
/// Source: He et al., "Delving deep into rectifiers", 2015.
///
/// @throws ShapeError if `tensor` has less than two dimensions.
/// @throws ValueError if `a` is not finite.
RETROGRAD_API Tensor kaiming_normal_(Tensor tensor, KaimingOptions options = {},
                                     Generator& generator = default_generator(), Where where = {});

/// Fills a weight with a random matrix whose rows or columns are orthogonal and of length `gain`.
///
/// All dimensions except the first are joined to a matrix. Rows are orthogonal if they are not more
/// than the columns, else columns are. All such matrices are equally likely (Saxe et al., "Exact
/// solutions to the nonlinear dynamics of learning in deep linear neural networks", 2014).
///
/// @throws ShapeError if `tensor` has less than two dimensions.
/// @throws ValueError if `gain` is not finite.
RETROGRAD_API Tensor orthogonal_(Tensor tensor, double gain = 1,
                                 Generator& generator = default_generator(), Where where = {});
/// Fills a matrix with normal values around 0, and a share `sparsity` of each column with zeros.
///
/// The number of zeros is rounded up (Martens, "Deep learning via Hessian-free optimization",
/// 2010).
///
/// @throws ShapeError if `tensor` does not have two dimensions.
/// @throws ValueError if `sparsity` is not in [0, 1], or `std` is negative or not finite.
RETROGRAD_API Tensor sparse_(Tensor tensor, double sparsity, double std = 0.01,
                             Generator& generator = default_generator(), Where where = {});

}  // namespace retrograd::nn::init
