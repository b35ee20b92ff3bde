/// @file
/// Activations as modules, with PyTorch's arguments and defaults. What they compute is said in
/// ops/activation.h and ops/elementwise.h. Constructors throw ValueError for a parameter that is
/// NaN or out of range.
#pragma once

#include <cstdint>
#include <string>

#include <retrograd/nn/layer.h>
#include <retrograd/ops/activation.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// The base of those without members.
class RETROGRAD_API Activation : public Stateless {
 protected:
  using Stateless::Stateless;
};

/// relu() as a layer.
class RETROGRAD_API ReLU : public detail::Plain<Activation, "ReLU", relu> {};
/// relu6() as a layer.
class RETROGRAD_API ReLU6 : public detail::Plain<Activation, "ReLU6", relu6> {};
/// selu() as a layer.
class RETROGRAD_API SELU : public detail::Plain<Activation, "SELU", selu> {};
/// silu() as a layer.
class RETROGRAD_API SiLU : public detail::Plain<Activation, "SiLU", silu> {};
/// mish() as a layer.
class RETROGRAD_API Mish : public detail::Plain<Activation, "Mish", mish> {};
/// sigmoid() as a layer.
class RETROGRAD_API Sigmoid : public detail::Plain<Activation, "Sigmoid", sigmoid> {};
/// logsigmoid() as a layer.
class RETROGRAD_API LogSigmoid : public detail::Plain<Activation, "LogSigmoid", logsigmoid> {};
/// hardsigmoid() as a layer.
class RETROGRAD_API Hardsigmoid : public detail::Plain<Activation, "Hardsigmoid", hardsigmoid> {};
/// hardswish() as a layer.
class RETROGRAD_API Hardswish : public detail::Plain<Activation, "Hardswish", hardswish> {};
/// tanh() as a layer.
class RETROGRAD_API Tanh : public detail::Plain<Activation, "Tanh", tanh> {};
/// tanhshrink() as a layer.
class RETROGRAD_API Tanhshrink : public detail::Plain<Activation, "Tanhshrink", tanhshrink> {};
/// softsign() as a layer.
class RETROGRAD_API Softsign : public detail::Plain<Activation, "Softsign", softsign> {};

/// leaky_relu() as a layer.
class RETROGRAD_API LeakyReLU : public Activation {
 public:
  /// Constructs it from what the class and its options describe.
  explicit LeakyReLU(double negative_slope = 0.01, Where where = {});
};
/// elu() as a layer.
class RETROGRAD_API ELU : public Activation {
 public:
  /// Constructs it from what the class and its options describe.
  explicit ELU(double alpha = 1, Where where = {});
};
/// celu() as a layer.
class RETROGRAD_API CELU : public Activation {
 public:
  /// Constructs it from what the class and its options describe.
  explicit CELU(double alpha = 1, Where where = {});
};
/// softplus() as a layer.
class RETROGRAD_API Softplus : public Activation {
 public:
  /// Constructs it from what the class and its options describe.
  explicit Softplus(double beta = 1, double threshold = 20, Where where = {});
};
/// gelu() as a layer.
class RETROGRAD_API GELU : public Activation {
 public:
  /// Constructs it from what the class and its options describe.
  explicit GELU(GeluApproximation approximate = GeluApproximation::none);
};
/// Halves the dimension.
class RETROGRAD_API GLU : public Activation {
 public:
  /// Constructs it from what the class and its options describe.
  explicit GLU(std::int64_t dim = -1);
};
/// min_val must be less than max_val.
class RETROGRAD_API Hardtanh : public Activation {
 public:
  /// Constructs it from what the class and its options describe.
  explicit Hardtanh(double min_val = -1, double max_val = 1, Where where = {});
};
/// softshrink() as a layer.
class RETROGRAD_API Softshrink : public Activation {
 public:
  /// Constructs it from what the class and its options describe.
  explicit Softshrink(double lambd = 0.5, Where where = {});
};
/// hardshrink() as a layer.
class RETROGRAD_API Hardshrink : public Activation {
 public:
  /// Constructs it from what the class and its options describe.
  explicit Hardshrink(double lambd = 0.5, Where where = {});
};
/// softmax() as a layer.
class RETROGRAD_API Softmax : public Activation {
 public:
  /// Constructs it from what the class and its options describe.
  explicit Softmax(std::int64_t dim);
};
/// log_softmax() as a layer.
class RETROGRAD_API LogSoftmax : public Activation {
 public:
  /// Constructs it from what the class and its options describe.
  explicit LogSoftmax(std::int64_t dim);
};
/// Gives back its input.
class RETROGRAD_API Identity : public Activation {
 public:
  /// Constructs it from what the class and its options describe.
  Identity();
};

/// One trained slope below 0, or one for each channel; all start at init.
class RETROGRAD_API PReLU : public Module {
 public:
  /// Constructs it from what the class and its options describe.
  explicit PReLU(std::int64_t num_parameters = 1, double init = 0.25, DType dtype = float32,
                 Where where = {});
  Members members() override { return {{"weight", weight}}; }
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

  /// The weight, which is multiplied with the input; among a loss's options a factor for each class
  /// or element.
  Tensor weight;
};

}  // namespace retrograd::nn
