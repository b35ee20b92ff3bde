/// @file
/// Recording an operator on the tape: one function for the library's operators and for custom
/// operators.
///
/// @code
/// Tensor sigmoid(const Tensor& x, Where where = {}) {
///   Tensor y = compute(x);
///   return record({.op = "sigmoid", .where = where, .output = y, .inputs = {x}, .saved = {y},
///                  .backward = [](const Backward& b) -> Gradients {
///                    Tensor y = b.saved(0);
///                    return {b.grad * y * (1.0 - y)};
///                  }});
/// }
/// @endcode
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Result of a backward function: one gradient for each input, in order.
/// An undefined tensor means zero; it is also right for inputs that do not need a gradient.
class Gradients {
 public:
  /// Constructs an empty list.
  Gradients() = default;
  /// Constructs the gradient of one input.
  Gradients(Tensor a) : first_{std::move(a)}, count_(1) {}  // NOLINT: return {gradient};
  /// Constructs the gradients of two inputs.
  Gradients(Tensor a, Tensor b) : first_{std::move(a), std::move(b)}, count_(2) {}
  /// Constructs the gradients of three inputs.
  Gradients(Tensor a, Tensor b, Tensor c)
      : first_{std::move(a), std::move(b), std::move(c)}, count_(3) {}
  /// Constructs the gradients of any number of inputs.
  explicit Gradients(std::vector<Tensor> all) : all_(std::move(all)), count_(all_.size()) {}

  /// Returns the number of gradients.
  std::size_t size() const noexcept { return count_; }
  /// Returns the gradient of input `i`.
  Tensor& operator[](std::size_t i) noexcept { return all_.empty() ? first_[i] : all_[i]; }

 private:
  std::array<Tensor, 3> first_;
  std::vector<Tensor> all_;
  std::size_t count_ = 0;
};

class Backward;
class ReadyNodes;  // autograd/internal/engine.h

namespace detail {
class OperatorNode;  // autograd/detail/operator_node.h
Tensor* waiting_gradient(const Backward& b, std::size_t i) noexcept;
bool may_overwrite_gradient(const Backward& b) noexcept;
}  // namespace detail

/// Argument of a backward function.
class RETROGRAD_API Backward {
 public:
  const Tensor& grad;  ///< Gradient of the output, of its shape and dtype.

  /// Returns tensor `i` of `Record::saved`.
  /// @throws GraphError if it was overwritten in place since
  Tensor saved(std::size_t i) const;
  /// Returns whether the pass is recorded, for gradients of gradients.
  bool recorded() const noexcept { return grad_enabled(); }
  /// Returns whether the pass uses the gradient of input `i`. Otherwise, do not compute it.
  bool needs(std::size_t i) const noexcept;

  /// Constructs the argument for a node and a gradient of its output.
  Backward(const detail::OperatorNode& node, const Tensor& gradient, const bool* needed,
           ReadyNodes* ready = nullptr) noexcept
      : grad(gradient), node_(node), needed_(needed), ready_(ready) {}

 private:
  friend Tensor* detail::waiting_gradient(const Backward& b, std::size_t i) noexcept;
  friend bool detail::may_overwrite_gradient(const Backward& b) noexcept;

  const detail::OperatorNode& node_;
  const bool* needed_;  // by input, or null when every recorded one is
  ReadyNodes* ready_;   // of the pass, or null
};

namespace detail {

// A move-only function with inline storage for captured numbers, so that most nodes need no second
// allocation.
class BackwardFunction {
 public:
  static constexpr std::size_t kInline = 88;

  template <class F>
  requires std::is_invocable_r_v<Gradients, const F&, const Backward&> BackwardFunction(F function)
      : table_(&kTable<F>) {  // NOLINT: any callable will do
    if constexpr (fits<F>) {
      new (buffer_) F(std::move(function));
    } else {
      new (buffer_) F*(new F(std::move(function)));
    }
  }
  BackwardFunction(BackwardFunction&& other) noexcept
      : table_(std::exchange(other.table_, nullptr)) {
    if (table_ != nullptr) {
      table_->move(other.buffer_, buffer_);
    }
  }
  BackwardFunction& operator=(BackwardFunction&&) = delete;
  ~BackwardFunction() {
    if (table_ != nullptr) {
      table_->destroy(buffer_);
    }
  }
  Gradients operator()(const Backward& b) const { return table_->call(buffer_, b); }

 private:
  struct Table {
    Gradients (*call)(const std::byte*, const Backward&);
    void (*move)(std::byte* from, std::byte* to) noexcept;
    void (*destroy)(std::byte*) noexcept;
  };

  template <class F>
  static constexpr bool fits =
      sizeof(F) <= kInline &&
      alignof(F) <= alignof(std::max_align_t) && std::is_nothrow_move_constructible_v<F>;
  template <class F>
  static F& get(const std::byte* buffer) noexcept {
    auto* raw = const_cast<std::byte*>(buffer);
    if constexpr (fits<F>) {
      return *std::launder(reinterpret_cast<F*>(raw));
    } else {
      return **std::launder(reinterpret_cast<F**>(raw));
    }
  }
  template <class F>
  static constexpr Table kTable{[](const std::byte* buffer, const Backward& b) -> Gradients {
                                  return static_cast<const F&>(get<F>(buffer))(b);
                                },
                                [](std::byte* from, std::byte* to) noexcept {
                                  if constexpr (fits<F>) {
                                    new (to) F(std::move(get<F>(from)));
                                    get<F>(from).~F();
                                  } else {
                                    new (to) F*(&get<F>(from));
                                  }
                                },
                                [](std::byte* buffer) noexcept {
                                  if constexpr (fits<F>) {
                                    get<F>(buffer).~F();
                                  } else {
                                    delete &get<F>(buffer);
                                  }
                                }};

  const Table* table_;
  alignas(std::max_align_t) std::byte buffer_[kInline];
};

// Tensors named in a call of record(), not copied: it must not outlive that call.
class TensorRefs {
 public:
  static constexpr std::size_t kMost = 6;

  TensorRefs() noexcept {}  // not defaulted: `few_` would be zeroed for every operator
  // Inline, so that the loop is none where the length is written down.
  [[gnu::always_inline]] TensorRefs(
      std::initializer_list<std::reference_wrapper<const Tensor>> tensors) {
    for (const Tensor& tensor : tensors) {
      if (count_ < kMost) {
        few_[count_] = &tensor;
      }
      ++count_;
    }
    if (count_ > kMost) {
      throw GraphError(
          "record: more than 6 tensors in a list; use a std::vector<Tensor>  [count-mismatch]");
    }
  }
  TensorRefs(const std::vector<Tensor>& tensors) noexcept  // NOLINT: lists of any length
      : many_(tensors.data()), count_(tensors.size()) {}

  std::size_t size() const noexcept { return count_; }
  const Tensor& operator[](std::size_t i) const noexcept {
    return many_ != nullptr ? many_[i] : *few_[i];
  }

 private:
  std::array<const Tensor*, kMost> few_;  // the first count_
  const Tensor* many_ = nullptr;
  std::size_t count_ = 0;
};

}  // namespace detail

/// Returns `tensor` if `condition` is true, else an undefined tensor.
/// `.saved = {save_if(b.requires_grad(), a)}` keeps `a` alive only if a gradient uses it.
RETROGRAD_API const Tensor& save_if(bool condition, const Tensor& tensor) noexcept;

/// Description of an operator for `record()`.
struct Record {
  const char* op = nullptr;   ///< String literal for errors and printed tapes.
  Where where = {};           ///< The caller's line.
  Tensor output;              ///< Fresh tensor: not an input, not yet recorded.
  detail::TensorRefs inputs;  ///< Tensors that receive gradients.
  /// Tensors that the backward function uses; may include the output.
  detail::TensorRefs saved = {};
  /// Function that captures plain numbers only.
  /// It is written with differentiable operators, so that its result can be differentiated.
  detail::BackwardFunction backward;
};

namespace detail {
RETROGRAD_API Tensor record_node(Record&& record);
// Throws GraphError when the output is not finite but all inputs are.
RETROGRAD_API void detect_anomaly(const Record& record);
}  // namespace detail

namespace detail {
// record() for one that is not moved again, which would take longer than the rest.
inline Tensor recorded(Record& record) {
  const RecordMode mode = record_mode();
  if (mode.detect_anomaly) {
    detect_anomaly(record);
  }
  if (mode.grad && is_floating(record.output.dtype())) {
    for (std::size_t i = 0; i < record.inputs.size(); ++i) {
      if (record.inputs[i].requires_grad()) {
        return record_node(std::move(record));
      }
    }
  }
  return std::move(record.output);
}
}  // namespace detail

namespace detail {
// record() as an entry of a trace.
RETROGRAD_API Tensor record_traced(Record& record);
}  // namespace detail

/// Records the operator if recording is on and an input requires a gradient; returns the output.
/// @throws GraphError if the output is already on a tape
inline Tensor record(Record record) {
  if (detail::thread_calls.listener != nullptr) {
    return detail::record_traced(record);
  }
  return detail::recorded(record);
}

}  // namespace retrograd
