/// @file
/// The frame of public functions that compute tensors; see autograd/call.h for operators.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/argument.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

namespace detail {

// One argument of a call, and how it is written.
struct GivenArgument {
  const void* value;
  void (*write)(Arguments& all, const void* value);
};

template <class T>
void write_given(Arguments& all, const void* value) {
  write_argument(all, *static_cast<const T*>(value));
}

}  // namespace detail

/// A public function that computes tensors, while it runs.
class RETROGRAD_API Operation : public Frame {
 public:
  /// Opens the call; `arguments` are all parameters of the function except the line, in order.
  template <class... T>
  Operation(const char* name, Where where, const T&... arguments) noexcept : Frame(name, where) {
    if constexpr (sizeof...(T) > 0) {
      if (is_traced()) [[unlikely]] {
        const detail::GivenArgument given[] = {{&arguments, &detail::write_given<T>}...};
        tell_given(given, sizeof...(T));
      }
    }
  }

  ~Operation() {
#ifndef NDEBUG
    check_ended();
#endif
  }

  /// Ends the call and returns its result: a tensor, a vector, or an aggregate of tensors.
  /// Every function ends so, or in `Call::record()`; debug builds stop at one that does not.
  template <class T>
  T result(T value) const {
    ends();
    if (is_traced()) [[unlikely]] {
      tell_returned(value);
    }
    return value;
  }
  /// Ends the call of a function without a result.
  void result() const {
    ends();
    if (is_traced()) [[unlikely]] {
      tell(nullptr, 0);
    }
  }
  /// Ends the call and returns the tensor that the function wrote to.
  Tensor& written(Tensor& tensor) const {
    ends();
    if (is_traced()) [[unlikely]] {
      tell(&tensor, 1);
    }
    return tensor;
  }

 protected:
  /// Marks the call as ended.
  void ends() const noexcept {
#ifndef NDEBUG
    ended_ = true;
#endif
  }
  /// Tells the listener the outputs, and whether this call computed them itself.
  void tell(const Tensor* outputs, std::size_t count, bool itself = false) const noexcept;

 private:
  template <class T>
  [[gnu::noinline, gnu::cold]] void tell_returned(const T& value) const noexcept {
    if constexpr (std::is_same_v<T, Tensor>) {
      tell(&value, 1);
    } else if constexpr (std::is_same_v<T, std::vector<Tensor>>) {
      tell(value.data(), value.size());
    } else {
      Tensor outputs[8];
      std::size_t count = 0;
      detail::for_each_member(value, [&](const Tensor& tensor) { outputs[count++] = tensor; });
      tell(outputs, count);
    }
  }
  void tell_given(const detail::GivenArgument* given, std::size_t count) const noexcept;
  void check_ended() const noexcept;

  mutable bool ended_ = false;
};

}  // namespace retrograd
