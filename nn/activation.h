/// @file
/// Activations as modules, with PyTorch's arguments and defaults. The functions are in
/// ops/activation.h and ops/elementwise.h.
#pragma once

#include <cstdint>
#include <string>

#include <retrograd/nn/layer.h>
#include <retrograd/ops/activation.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// The base of activations without members.
class RETROGRAD_API Activation : public Stateless {
 protected:
  using Stateless::Stateless;
};

/// relu() as a layer.
/// @code nn::ReLU layer; @endcode
class RETROGRAD_API ReLU : public detail::Plain<Activation, "ReLU", relu> {};
/// relu6() as a layer.
/// @code nn::ReLU6 layer; @endcode
class RETROGRAD_API ReLU6 : public detail::Plain<Activation, "ReLU6", relu6> {};
/// selu() as a layer.
/// @code nn::SELU layer; @endcode
class RETROGRAD_API SELU : public detail::Plain<Activation, "SELU", selu> {};
/// silu() as a layer.
/// @code nn::SiLU layer; @endcode
class RETROGRAD_API SiLU : public detail::Plain<Activation, "SiLU", silu> {};
/// mish() as a layer.
/// @code nn::Mish layer; @endcode
class RETROGRAD_API Mish : public detail::Plain<Activation, "Mish", mish> {};
/// sigmoid() as a layer.
/// @code nn::Sigmoid layer; @endcode
class RETROGRAD_API Sigmoid : public detail::Plain<Activation, "Sigmoid", sigmoid> {};
/// logsigmoid() as a layer.
/// @code nn::LogSigmoid layer; @endcode
class RETROGRAD_API LogSigmoid : public detail::Plain<Activation, "LogSigmoid", logsigmoid> {};
/// hardsigmoid() as a layer.
/// @code nn::Hardsigmoid layer; @endcode
class RETROGRAD_API Hardsigmoid : public detail::Plain<Activation, "Hardsigmoid", hardsigmoid> {};
/// hardswish() as a layer.
/// @code nn::Hardswish layer; @endcode
class RETROGRAD_API Hardswish : public detail::Plain<Activation, "Hardswish", hardswish> {};
/// tanh() as a layer.
/// @code nn::Tanh layer; @endcode
class RETROGRAD_API Tanh : public detail::Plain<Activation, "Tanh", tanh> {};
/// tanhshrink() as a layer.
/// @code nn::Tanhshrink layer; @endcode
class RETROGRAD_API Tanhshrink : public detail::Plain<Activation, "Tanhshrink", tanhshrink> {};
/// softsign() as a layer.
/// @code nn::Softsign layer; @endcode
class RETROGRAD_API Softsign : public detail::Plain<Activation, "Softsign", softsign> {};

/// leaky_relu() as a layer.
/// @code nn::LeakyReLU layer(0.1); @endcode
class RETROGRAD_API LeakyReLU : public Activation {
 public:
  /// Makes the layer with the arguments of leaky_relu().
  /// @throws ValueError if `negative_slope` is NaN.
  explicit LeakyReLU(double negative_slope = 0.01, Where where = {});
};
/// elu() as a layer.
/// @code nn::ELU layer(0.5); @endcode
class RETROGRAD_API ELU : public Activation {
 public:
  /// Makes the layer with the arguments of elu().
  /// @throws ValueError if `alpha` is NaN.
  explicit ELU(double alpha = 1, Where where = {});
};
/// celu() as a layer.
/// @code nn::CELU layer(0.5); @endcode
class RETROGRAD_API CELU : public Activation {
 public:
  /// Makes the layer with the arguments of celu().
  /// @throws ValueError if `alpha` is 0 or not finite.
  explicit CELU(double alpha = 1, Where where = {});
};
/// softplus() as a layer.
/// @code nn::Softplus layer(2); @endcode
class RETROGRAD_API Softplus : public Activation {
 public:
  /// Makes the layer with the arguments of softplus().
  /// @throws ValueError if `beta` is 0 or not finite, or `threshold` is NaN.
  explicit Softplus(double beta = 1, double threshold = 20, Where where = {});
};
/// gelu() as a layer.
/// @code nn::GELU layer(rg::GeluApproximation::tanh); @endcode
class RETROGRAD_API GELU : public Activation {
 public:
  /// Makes the layer with the arguments of gelu().
  explicit GELU(GeluApproximation approximate = GeluApproximation::none);
};
/// glu() as a layer, which halves the dimension.
/// @code nn::GLU layer(1); @endcode
class RETROGRAD_API GLU : public Activation {
 public:
  /// Makes the layer with the arguments of glu().
  explicit GLU(std::int64_t dim = -1);
};
/// hardtanh() as a layer.
/// @code nn::Hardtanh layer(-2, 2); @endcode
class RETROGRAD_API Hardtanh : public Activation {
 public:
  /// Makes the layer with the arguments of hardtanh().
  /// @throws ValueError if `min_val` is not below `max_val`.
  explicit Hardtanh(double min_val = -1, double max_val = 1, Where where = {});
};
/// softshrink() as a layer.
/// @code nn::Softshrink layer(0.1); @endcode
class RETROGRAD_API Softshrink : public Activation {
 public:
  /// Makes the layer with the arguments of softshrink().
  /// @throws ValueError if `lambd` is negative or NaN.
  explicit Softshrink(double lambd = 0.5, Where where = {});
};
/// hardshrink() as a layer.
/// @code nn::Hardshrink layer(0.1); @endcode
class RETROGRAD_API Hardshrink : public Activation {
 public:
  /// Makes the layer with the arguments of hardshrink().
  /// @throws ValueError if `lambd` is NaN.
  explicit Hardshrink(double lambd = 0.5, Where where = {});
};
/// softmax() as a layer.
/// @code nn::Softmax layer(1); @endcode
class RETROGRAD_API Softmax : public Activation {
 public:
  /// Makes the layer with the arguments of softmax().
  explicit Softmax(std::int64_t dim);
};
/// log_softmax() as a layer.
/// @code nn::LogSoftmax layer(1); @endcode
class RETROGRAD_API LogSoftmax : public Activation {
 public:
  /// Makes the layer with the arguments of log_softmax().
  explicit LogSoftmax(std::int64_t dim);
};
/// A layer that returns its input.
/// @code nn::Identity layer; @endcode
class RETROGRAD_API Identity : public Activation {
 public:
  /// Makes the layer.
  Identity();
};

/// prelu() as a layer, with one trained slope below 0, or one for each channel.
/// @code nn::PReLU layer(16); @endcode
class RETROGRAD_API PReLU : public Module {
 public:
  /// Makes the layer with `num_parameters` slopes, which start at `init`.
  /// @throws ValueError if `num_parameters` is below 1.
  /// @throws DTypeError if `dtype` is not floating.
  explicit PReLU(std::int64_t num_parameters = 1, double init = 0.25, DType dtype = float32,
                 Where where = {});
  Members members() override { return {{"weight", weight}}; }
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

  Tensor weight;  ///< Slopes below 0, (num_parameters).
};

}  // namespace retrograd::nn
