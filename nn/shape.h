// Changes of shape as modules.
#pragma once

#include <cstdint>
#include <string>

#include <retrograd/nn/module.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

// Joins the dimensions start to end, by default all but the batch.
class RETROGRAD_API Flatten : public Module {
 public:
  explicit Flatten(std::int64_t start_dim = 1, std::int64_t end_dim = -1)
      : start_(start_dim), end_(end_dim) {}
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

 private:
  std::int64_t start_;
  std::int64_t end_;
};

}  // namespace retrograd::nn
