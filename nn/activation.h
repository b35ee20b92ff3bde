/// @file
/// Activation functions as layers, with PyTorch's arguments and defaults.
///
/// @code
/// nn::Sequential net{nn::Linear(784, 128), nn::LeakyReLU(0.1), nn::Linear(128, 10)};
/// @endcode
///
/// Inputs and outputs have equal shapes, except of GLU. ops/activation.h and ops/elementwise.h
/// describe the functions with their gradients and errors.
#pragma once

#include <cstdint>
#include <string>

#include <retrograd/nn/layer.h>
#include <retrograd/ops/activation.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// The base of activation layers without members.
class RETROGRAD_API Activation : public Stateless {
 protected:
  using Stateless::Stateless;
};

/// The layer of `relu()`: `max(x, 0)`.
class RETROGRAD_API ReLU : public detail::Plain<Activation, "ReLU", relu> {};
/// The layer of `relu6()`: `min(max(x, 0), 6)`.
class RETROGRAD_API ReLU6 : public detail::Plain<Activation, "ReLU6", relu6> {};
/// The layer of `selu()`: `scale elu(x, alpha)` with the constants of self-normalising networks.
class RETROGRAD_API SELU : public detail::Plain<Activation, "SELU", selu> {};
/// The layer of `silu()`: `x sigmoid(x)`.
class RETROGRAD_API SiLU : public detail::Plain<Activation, "SiLU", silu> {};
/// The layer of `mish()`: `x tanh(softplus(x))`.
class RETROGRAD_API Mish : public detail::Plain<Activation, "Mish", mish> {};
/// The layer of `sigmoid()`: `1 / (1 + exp(-x))`.
class RETROGRAD_API Sigmoid : public detail::Plain<Activation, "Sigmoid", sigmoid> {};
/// The layer of `logsigmoid()`: `log(sigmoid(x))`.
class RETROGRAD_API LogSigmoid : public detail::Plain<Activation, "LogSigmoid", logsigmoid> {};
/// The layer of `hardsigmoid()`: `relu6(x + 3) / 6`.
class RETROGRAD_API Hardsigmoid : public detail::Plain<Activation, "Hardsigmoid", hardsigmoid> {};
/// The layer of `hardswish()`: `x hardsigmoid(x)`.
class RETROGRAD_API Hardswish : public detail::Plain<Activation, "Hardswish", hardswish> {};
/// The layer of `tanh()`: the hyperbolic tangent.
class RETROGRAD_API Tanh : public detail::Plain<Activation, "Tanh", tanh> {};
/// The layer of `tanhshrink()`: `x - tanh(x)`.
class RETROGRAD_API Tanhshrink : public detail::Plain<Activation, "Tanhshrink", tanhshrink> {};
/// The layer of `softsign()`: `x / (1 + |x|)`.
class RETROGRAD_API Softsign : public detail::Plain<Activation, "Softsign", softsign> {};

/// The layer of `leaky_relu()`: `x` above 0, else `negative_slope x`.
class RETROGRAD_API LeakyReLU : public Activation {
 public:
  /// Constructs the layer.
  ///
  /// @throws ValueError if `negative_slope` is NaN.
  explicit LeakyReLU(double negative_slope = 0.01, Where where = {});
};
/// The layer of `elu()`: `x` above 0, else `alpha (exp(x) - 1)`.
class RETROGRAD_API ELU : public Activation {
 public:
  /// Constructs the layer.
  ///
  /// @throws ValueError if `alpha` is NaN.
  explicit ELU(double alpha = 1, Where where = {});
};
/// The layer of `celu()`: `x` above 0, else `alpha (exp(x / alpha) - 1)`.
class RETROGRAD_API CELU : public Activation {
 public:
  /// Constructs the layer.
  ///
  /// @throws ValueError if `alpha` is 0 or not finite.
  explicit CELU(double alpha = 1, Where where = {});
};
/// The layer of `softplus()`: `log(1 + exp(beta x)) / beta`, and `x` if `beta x > threshold`.
class RETROGRAD_API Softplus : public Activation {
 public:
  /// Constructs the layer.
  ///
  /// @throws ValueError if `beta` is 0 or not finite, or `threshold` is NaN.
  explicit Softplus(double beta = 1, double threshold = 20, Where where = {});
};
/// The layer of `gelu()`: `x P(X <= x)` for a standard normal X, or its approximation with tanh.
class RETROGRAD_API GELU : public Activation {
 public:
  /// Constructs the layer.
  explicit GELU(GeluApproximation approximate = GeluApproximation::none);
};
/// The layer of `glu()`: `a sigmoid(b)`, where a and b are the halves of the input along `dim`.
///
/// The output has half the length along `dim`.
class RETROGRAD_API GLU : public Activation {
 public:
  /// Constructs the layer. A negative `dim` counts from the last dimension.
  explicit GLU(std::int64_t dim = -1);
};
/// The layer of `hardtanh()`: `min(max(x, min_val), max_val)`.
class RETROGRAD_API Hardtanh : public Activation {
 public:
  /// Constructs the layer.
  ///
  /// @throws ValueError if `min_val` is not less than `max_val`, or one is NaN.
  explicit Hardtanh(double min_val = -1, double max_val = 1, Where where = {});
};
/// The layer of `softshrink()`: `x - lambd` above `lambd`, `x + lambd` below `-lambd`, else 0.
class RETROGRAD_API Softshrink : public Activation {
 public:
  /// Constructs the layer.
  ///
  /// @throws ValueError if `lambd` is negative or NaN.
  explicit Softshrink(double lambd = 0.5, Where where = {});
};
/// The layer of `hardshrink()`: 0 from `-lambd` to `lambd`, else `x`.
class RETROGRAD_API Hardshrink : public Activation {
 public:
  /// Constructs the layer.
  ///
  /// @throws ValueError if `lambd` is NaN.
  explicit Hardshrink(double lambd = 0.5, Where where = {});
};
/// The layer of `softmax()`: `exp(x) / sum(exp(x))` along `dim`.
class RETROGRAD_API Softmax : public Activation {
 public:
  /// Constructs the layer. A negative `dim` counts from the last dimension.
  explicit Softmax(std::int64_t dim);
};
/// The layer of `log_softmax()`: `x - log(sum(exp(x)))` along `dim`.
class RETROGRAD_API LogSoftmax : public Activation {
 public:
  /// Constructs the layer. A negative `dim` counts from the last dimension.
  explicit LogSoftmax(std::int64_t dim);
};
/// A layer that returns its input.
class RETROGRAD_API Identity : public Activation {
 public:
  /// Constructs the layer.
  Identity();
};

/// The layer of `prelu()`: `x` above 0, else `weight x`, with a trained slope (He et al., 2015).
///
/// There is one slope, or one for each channel of an input (N, C, ...).
class RETROGRAD_API PReLU : public Module {
 public:
  /// Constructs the layer. Each slope starts at `init`.
  ///
  /// @throws ValueError if `num_parameters` is not positive or `init` is NaN.
  /// @throws DTypeError if `dtype` is not floating.
  explicit PReLU(std::int64_t num_parameters = 1, double init = 0.25, DType dtype = float32,
                 Where where = {});
  Members members() override { return {{"weight", weight}}; }
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

  Tensor weight;  ///< Slopes, of shape (num_parameters).
};

}  // namespace retrograd::nn
