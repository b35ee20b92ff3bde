/// @file
/// Making tensors, with PyTorch's names and arguments. Throws ValueError for a number outside the
/// range of an integer dtype, and for NaN in one; fractions are cut off.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <type_traits>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/random.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Options, given as {.name = value}; what is left out keeps its default.
struct TensorOptions {
  std::optional<DType> dtype = {};  ///< Element type. float32, or what the values suggest.
  bool requires_grad = false;       ///< Whether gradients are wanted; makes the tensor a leaf.
};

/// The values given to tensor(): a number, or lists of lists of numbers, or a vector.
class RETROGRAD_API TensorData {
 public:
  /// Constructs it from what the class and its options describe.
  template <class T>
  requires std::is_arithmetic_v<T> TensorData(T value)
      : values_{Scalar(value)}, dtype_(Scalar(value).default_dtype()) {}  // NOLINT
  /// Constructs it from what the class and its options describe.
  TensorData(std::initializer_list<TensorData> parts);
  /// Constructs it from what the class and its options describe.
  template <class T>
  requires std::is_arithmetic_v<T> TensorData(const std::vector<T>& values)  // NOLINT
      : shape_{static_cast<std::int64_t>(values.size())}, dtype_(Scalar(T{}).default_dtype()) {
    values_.reserve(values.size());
    for (const T value : values) {
      values_.emplace_back(value);
    }
  }

  /// The numbers in row-major order.
  const std::vector<Scalar>& values() const noexcept { return values_; }
  /// Lengths of all dimensions.
  const Shape& shape() const noexcept { return shape_; }
  /// The dtype that the numbers suggest.
  DType dtype() const noexcept { return dtype_; }
  /// Whether lists have different lengths.
  bool ragged() const noexcept { return ragged_; }

 private:
  std::vector<Scalar> values_;
  Shape shape_;
  DType dtype_ = float32;
  bool ragged_ = false;
};

/// tensor({{1.0, 2.0}, {3.0, 4.0}}, {.dtype = float64, .requires_grad = true}). Without a dtype:
/// float32 for floating numbers, int64 for integers, boolean for booleans. Throws ShapeError for
/// lists of different lengths.
RETROGRAD_API Tensor tensor(const TensorData& data, TensorOptions options = {}, Where where = {});

/// Whether there are none.
RETROGRAD_API Tensor empty(const Shape& shape, TensorOptions options = {}, Where where = {});
/// A tensor of zeros; float32 without a dtype.
RETROGRAD_API Tensor zeros(const Shape& shape, TensorOptions options = {}, Where where = {});
/// A tensor of ones; float32 without a dtype.
RETROGRAD_API Tensor ones(const Shape& shape, TensorOptions options = {}, Where where = {});
/// Without a dtype: that of the value.
RETROGRAD_API Tensor full(const Shape& shape, Scalar value, TensorOptions options = {},
                          Where where = {});
/// (n, m) with ones on the diagonal; m = n when left out.
RETROGRAD_API Tensor eye(std::int64_t n, std::optional<std::int64_t> m = {},
                         TensorOptions options = {}, Where where = {});
/// start, start + step, ... before end. int64 for integers, else float32.
RETROGRAD_API Tensor arange(Scalar end, TensorOptions options = {}, Where where = {});
/// start, start + step, ... before end. int64 for integers, else float32.
RETROGRAD_API Tensor arange(Scalar start, Scalar end, Scalar step = 1, TensorOptions options = {},
                            Where where = {});
/// `steps` values from start to end, both included.
RETROGRAD_API Tensor linspace(double start, double end, std::int64_t steps,
                              TensorOptions options = {}, Where where = {});

/// Uniform in [0, 1), standard normal, and integers in [low, high): from the thread-safe default
/// generator, or from one's own.
RETROGRAD_API Tensor rand(const Shape& shape, TensorOptions options = {},
                          Generator& generator = default_generator(), Where where = {});
/// Standard normal, from the default generator or one's own.
RETROGRAD_API Tensor randn(const Shape& shape, TensorOptions options = {},
                           Generator& generator = default_generator(), Where where = {});
/// int64 without a dtype.
RETROGRAD_API Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape,
                             TensorOptions options = {}, Generator& generator = default_generator(),
                             Where where = {});
/// The numbers 0 to n - 1 in random order, int64.
RETROGRAD_API Tensor randperm(std::int64_t n, Generator& generator = default_generator(),
                              Where where = {});

/// The same shape, dtype and, where it has no gaps, layout as another tensor.
RETROGRAD_API Tensor empty_like(const Tensor& other, TensorOptions options = {}, Where where = {});
/// zeros() of the shape, dtype and, where it has no gaps, layout of another tensor.
RETROGRAD_API Tensor zeros_like(const Tensor& other, TensorOptions options = {}, Where where = {});
/// ones() of the shape, dtype and, where it has no gaps, layout of another tensor.
RETROGRAD_API Tensor ones_like(const Tensor& other, TensorOptions options = {}, Where where = {});
/// full() of the shape, dtype and, where it has no gaps, layout of another tensor.
RETROGRAD_API Tensor full_like(const Tensor& other, Scalar value, TensorOptions options = {},
                               Where where = {});
/// rand() of the shape, dtype and, where it has no gaps, layout of another tensor.
RETROGRAD_API Tensor rand_like(const Tensor& other, TensorOptions options = {}, Where where = {});
/// randn() of the shape, dtype and, where it has no gaps, layout of another tensor.
RETROGRAD_API Tensor randn_like(const Tensor& other, TensorOptions options = {}, Where where = {});

}  // namespace retrograd
