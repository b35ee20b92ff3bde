// Activations as modules, with PyTorch's arguments and defaults. What they compute is said in
// ops/activation.h and ops/elementwise.h. Constructors throw ValueError for a parameter that is NaN
// or out of range.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <retrograd/nn/module.h>
#include <retrograd/ops/activation.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

// The base of those without members: a function and the text that shows it.
class RETROGRAD_API Activation : public Module {
 public:
  Tensor forward(const Tensor& x) override;
  std::string describe() const override { return text_; }

 protected:
  using Function = std::function<Tensor(const Tensor&)>;
  Activation(std::string text, Function function);
  Activation(std::string text, Tensor (*function)(const Tensor&, Where));

 private:
  std::string text_;
  Function function_;
};

class RETROGRAD_API ReLU : public Activation {
 public:
  ReLU();
};
class RETROGRAD_API ReLU6 : public Activation {
 public:
  ReLU6();
};
class RETROGRAD_API LeakyReLU : public Activation {
 public:
  explicit LeakyReLU(double negative_slope = 0.01, Where where = {});
};
class RETROGRAD_API ELU : public Activation {
 public:
  explicit ELU(double alpha = 1, Where where = {});
};
class RETROGRAD_API SELU : public Activation {
 public:
  SELU();
};
class RETROGRAD_API CELU : public Activation {
 public:
  explicit CELU(double alpha = 1, Where where = {});
};

class RETROGRAD_API Sigmoid : public Activation {
 public:
  Sigmoid();
};
class RETROGRAD_API LogSigmoid : public Activation {
 public:
  LogSigmoid();
};
class RETROGRAD_API Tanh : public Activation {
 public:
  Tanh();
};
class RETROGRAD_API Softplus : public Activation {
 public:
  explicit Softplus(double beta = 1, double threshold = 20, Where where = {});
};
class RETROGRAD_API Softsign : public Activation {
 public:
  Softsign();
};

class RETROGRAD_API GELU : public Activation {
 public:
  explicit GELU(GeluApproximation approximate = GeluApproximation::none);
};
class RETROGRAD_API SiLU : public Activation {
 public:
  SiLU();
};
class RETROGRAD_API Mish : public Activation {
 public:
  Mish();
};
// Halves the dimension.
class RETROGRAD_API GLU : public Activation {
 public:
  explicit GLU(std::int64_t dim = -1);
};

// min_val must be less than max_val.
class RETROGRAD_API Hardtanh : public Activation {
 public:
  explicit Hardtanh(double min_val = -1, double max_val = 1, Where where = {});
};
class RETROGRAD_API Hardsigmoid : public Activation {
 public:
  Hardsigmoid();
};
class RETROGRAD_API Hardswish : public Activation {
 public:
  Hardswish();
};
class RETROGRAD_API Tanhshrink : public Activation {
 public:
  Tanhshrink();
};
class RETROGRAD_API Softshrink : public Activation {
 public:
  explicit Softshrink(double lambd = 0.5, Where where = {});
};
class RETROGRAD_API Hardshrink : public Activation {
 public:
  explicit Hardshrink(double lambd = 0.5, Where where = {});
};

class RETROGRAD_API Softmax : public Activation {
 public:
  explicit Softmax(std::int64_t dim);
};
class RETROGRAD_API LogSoftmax : public Activation {
 public:
  explicit LogSoftmax(std::int64_t dim);
};

// Gives back its input.
class RETROGRAD_API Identity : public Activation {
 public:
  Identity();
};

// One trained slope below 0, or one for each channel; all start at init.
class RETROGRAD_API PReLU : public Module {
 public:
  explicit PReLU(std::int64_t num_parameters = 1, double init = 0.25, DType dtype = float32,
                 Where where = {});

  Members members() override;
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

  Tensor weight;
};

}  // namespace retrograd::nn
