// Dropout layers: in training, elements or channels become 0 with probability p and the others are
// scaled; in evaluation, the identity.
#pragma once

#include <string>

#include <retrograd/nn/module.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

class RETROGRAD_API Dropout : public Module {
 public:
  explicit Dropout(double p = 0.5, Where where = {});
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

 private:
  double p_;
};

class RETROGRAD_API Dropout1d : public Module {
 public:
  explicit Dropout1d(double p = 0.5, Where where = {});
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

 private:
  double p_;
};

class RETROGRAD_API Dropout2d : public Module {
 public:
  explicit Dropout2d(double p = 0.5, Where where = {});
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

 private:
  double p_;
};

}  // namespace retrograd::nn
