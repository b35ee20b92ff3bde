/// @file
/// Creation of tensors, with PyTorch's names and arguments.
///
/// A number for an integer dtype loses its fraction. Each function throws ValueError for a number
/// outside the range of the dtype, and for NaN.
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

/// Options of a new tensor.
struct TensorOptions {
  /// Element type; by default float32, or the type of the values.
  std::optional<DType> dtype = {};
  bool requires_grad = false;  ///< Makes the tensor a leaf that requires a gradient when true.
};

/// Values for `tensor()`: a number, a vector, or nested lists of numbers.
class RETROGRAD_API TensorData {
 public:
  /// Constructs a single number.
  template <class T>
  requires std::is_arithmetic_v<T> TensorData(T value)
      : values_{Scalar(value)}, dtype_(Scalar(value).default_dtype()) {}  // NOLINT
  /// Constructs a list of numbers or of lists.
  TensorData(std::initializer_list<TensorData> parts);
  /// Constructs a list from a vector.
  template <class T>
  requires std::is_arithmetic_v<T> TensorData(const std::vector<T>& values)  // NOLINT
      : shape_{static_cast<std::int64_t>(values.size())}, dtype_(Scalar(T{}).default_dtype()) {
    values_.reserve(values.size());
    for (const T value : values) {
      values_.emplace_back(value);
    }
  }

  /// Returns the numbers in row-major order.
  const std::vector<Scalar>& values() const noexcept { return values_; }
  /// Returns the lengths of all dimensions.
  const Shape& shape() const noexcept { return shape_; }
  /// Returns the dtype that the numbers suggest.
  DType dtype() const noexcept { return dtype_; }
  /// Returns whether lists of one level have different lengths.
  bool ragged() const noexcept { return ragged_; }

 private:
  std::vector<Scalar> values_;
  Shape shape_;
  DType dtype_ = float32;
  bool ragged_ = false;
};

/// Returns a tensor of the given values.
/// @code
/// Tensor x = tensor({{1.0, 2.0}, {3.0, 4.0}}, {.dtype = float64, .requires_grad = true});
/// @endcode
/// The default dtype is float32 for floating numbers, int64 for integers and boolean for booleans.
/// @throws ShapeError if lists of one level have different lengths
RETROGRAD_API Tensor tensor(const TensorData& data, TensorOptions options = {}, Where where = {});

/// Returns a tensor with undefined values; float32 by default.
RETROGRAD_API Tensor empty(const Shape& shape, TensorOptions options = {}, Where where = {});
/// Returns a tensor of zeros, such as `zeros({2, 3})`; float32 by default.
RETROGRAD_API Tensor zeros(const Shape& shape, TensorOptions options = {}, Where where = {});
/// Returns a tensor of ones; float32 by default.
RETROGRAD_API Tensor ones(const Shape& shape, TensorOptions options = {}, Where where = {});
/// Returns a tensor filled with `value`, by default of the dtype of the value.
RETROGRAD_API Tensor full(const Shape& shape, Scalar value, TensorOptions options = {},
                          Where where = {});
/// Returns a matrix (n, m) with ones on the diagonal; m = n by default.
RETROGRAD_API Tensor eye(std::int64_t n, std::optional<std::int64_t> m = {},
                         TensorOptions options = {}, Where where = {});
/// Returns `0, 1, 2, ...` before `end`: int64 for an integer, else float32.
/// @throws ValueError if `end` is negative or not finite
RETROGRAD_API Tensor arange(Scalar end, TensorOptions options = {}, Where where = {});
/// Returns `start, start + step, ...` before `end`: int64 for integers, else float32.
/// @code
/// arange(1, 7, 2);  // 1, 3, 5
/// @endcode
/// @throws ValueError if a number is not finite, `step` is 0, or it leads away from `end`
RETROGRAD_API Tensor arange(Scalar start, Scalar end, Scalar step = 1, TensorOptions options = {},
                            Where where = {});
/// Returns `steps` values at equal distances from `start` to `end`, both included.
/// @code
/// linspace(0, 1, 5);  // 0, 0.25, 0.5, 0.75, 1
/// @endcode
RETROGRAD_API Tensor linspace(double start, double end, std::int64_t steps,
                              TensorOptions options = {}, Where where = {});

/// Returns random numbers, uniform in [0, 1).
/// The default generator can be used by several threads.
/// @throws DTypeError if the dtype is not floating
RETROGRAD_API Tensor rand(const Shape& shape, TensorOptions options = {},
                          Generator& generator = default_generator(), Where where = {});
/// Returns random numbers of the standard normal distribution.
/// @throws DTypeError if the dtype is not floating
RETROGRAD_API Tensor randn(const Shape& shape, TensorOptions options = {},
                           Generator& generator = default_generator(), Where where = {});
/// Returns random integers, uniform in [low, high); int64 by default.
/// @throws ValueError if `low` is not below `high`, or the dtype does not hold them all
RETROGRAD_API Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape,
                             TensorOptions options = {}, Generator& generator = default_generator(),
                             Where where = {});
/// Returns the numbers 0 to n - 1 in random order, as int64.
/// @throws ValueError if `n` is negative
RETROGRAD_API Tensor randperm(std::int64_t n, Generator& generator = default_generator(),
                              Where where = {});

/// Returns a tensor with undefined values, of the shape and dtype of `other`.
/// The layout is that of `other` too if it has no gaps.
RETROGRAD_API Tensor empty_like(const Tensor& other, TensorOptions options = {}, Where where = {});
/// Returns a tensor of zeros, of the shape, dtype and gapless layout of `other`.
RETROGRAD_API Tensor zeros_like(const Tensor& other, TensorOptions options = {}, Where where = {});
/// Returns a tensor of ones, of the shape, dtype and gapless layout of `other`.
RETROGRAD_API Tensor ones_like(const Tensor& other, TensorOptions options = {}, Where where = {});
/// Returns a tensor filled with `value`, of the shape, dtype and gapless layout of `other`.
RETROGRAD_API Tensor full_like(const Tensor& other, Scalar value, TensorOptions options = {},
                               Where where = {});
/// Returns uniform random numbers in [0, 1), of the shape, dtype and gapless layout of `other`.
/// @throws DTypeError if the dtype is not floating
RETROGRAD_API Tensor rand_like(const Tensor& other, TensorOptions options = {}, Where where = {});
/// Returns standard normal random numbers, of the shape, dtype and gapless layout of `other`.
/// @throws DTypeError if the dtype is not floating
RETROGRAD_API Tensor randn_like(const Tensor& other, TensorOptions options = {}, Where where = {});

}  // namespace retrograd
