// Changes of shape as modules.
#pragma once

#include <cstdint>
#include <string>

#include <retrograd/nn/module.h>
#include <retrograd/ops/unfold.h>
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

// Dimension `dim` as several of the given sizes, one of which may be -1.
class RETROGRAD_API Unflatten : public Module {
 public:
  Unflatten(std::int64_t dim, const Shape& unflattened_size, Where where = {});
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

 private:
  std::int64_t dim_;
  Shape sizes_;
};

// Windows as columns of a matrix.
class RETROGRAD_API Unfold : public Module {
 public:
  explicit Unfold(Size<2> kernel_size, UnfoldOptions options = {}, Where where = {});
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

 private:
  Size<2> kernel_size_;
  UnfoldOptions options_;
};

// Columns added up to an image of `output_size`.
class RETROGRAD_API Fold : public Module {
 public:
  Fold(Size<2> output_size, Size<2> kernel_size, UnfoldOptions options = {}, Where where = {});
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

 private:
  Size<2> output_size_;
  Size<2> kernel_size_;
  UnfoldOptions options_;
};

}  // namespace retrograd::nn
