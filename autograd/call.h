/// @file
/// The frame of every operator: its name and line, its inputs as Autocast wants them, and the
/// record of its result.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <tuple>
#include <utility>
#include <vector>

#include <retrograd/autograd/record.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/error.h>
#include <retrograd/tensor/operation.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Policies of Autocast for an operator's inputs. Inputs are kept if one of them is float64.
enum class Cast : std::uint8_t {
  keep,      ///< No conversion.
  downcast,  ///< bfloat16 instead of float32.
  upcast,    ///< float32 instead of bfloat16.
  wide       ///< The conversion of `upcast`, also without Autocast; `result()` rounds once.
};

/// Requirements for an input, besides being defined.
enum class Needs : std::uint8_t {
  nothing = 0,     ///< No further requirement.
  floating = 1,    ///< float32, float64 or bfloat16.
  like_first = 2,  ///< The dtype of the first input.
  optional = 4,    ///< Possibly undefined.
  uncast = 8       ///< Not converted by Autocast.
};
/// Returns both requirements together.
constexpr Needs operator|(Needs a, Needs b) noexcept {
  return static_cast<Needs>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}

class Call;

/// An input of a call.
struct Input {
  const char* name;              ///< Name in messages.
  const Tensor& tensor;          ///< The caller's tensor.
  Needs needs = Needs::nothing;  ///< Requirements for it.
};

/// Inputs of a call, for `const auto [x, weight] = call.inputs(...)`.
/// They are references to the caller's tensors, or to the results of their conversion.
template <std::size_t N>
class Inputs {
 public:
  /// Returns input `i`.
  template <std::size_t i>
  friend const Tensor& get(const Inputs& inputs) noexcept {
    return *inputs.at_[i];
  }
  Inputs(const Inputs&) = delete;
  Inputs& operator=(const Inputs&) = delete;

 private:
  friend class Call;
  Inputs(const Call& call, const Input (&all)[N]);

  std::array<const Tensor*, N> at_;
  std::array<Tensor, N> made_{};
};

/// A public function that runs, made by its first statement.
/// @code
/// const Call call("leaky_relu", where, Cast::keep, input, negative_slope);
/// @endcode
class RETROGRAD_API Call : public Operation {
 public:
  /// Opens the call of the function `name`, a literal, with a policy for Autocast.
  /// `arguments` are all parameters of the function except the line, in order.
  template <class... T>
  Call(const char* name, Where where, Cast cast, const T&... arguments) noexcept
      : Operation(name, where, arguments...), cast_(cast) {}
  /// Opens the call of the function `name`, a literal; Autocast keeps its inputs.
  /// `arguments` are all parameters of the function except the line, in order.
  template <class... T>
  Call(const char* name, Where where, const T&... arguments) noexcept
      : Call(name, where, Cast::keep, arguments...) {}
  ~Call() {
    if (autocast_off_) {
      switch_autocast(true);
    }
  }

  /// Checks the inputs in order and casts them.
  /// @code
  /// const auto [x, w] = call.inputs({{"input", x, floating}, {"weight", weight, like_first}});
  /// @endcode
  /// The dtypes are compared after Autocast's conversion.
  /// @throws GraphError if an input is undefined
  /// @throws DTypeError if a dtype does not fit
  template <std::size_t N>
  Inputs<N> inputs(const Input (&&all)[N]) const {
    return Inputs<N>(*this, all);
  }

  /// Casts any number of inputs without checks.
  std::vector<Tensor> inputs(const std::vector<Tensor>& all) const;

  /// Puts the result on the tape, as `record()` does, and ends the call.
  Tensor record(Record record) const {
    record.op = name();
    record.where = where();
    ends();
    Tensor output = detail::recorded(record);
    if (is_traced()) [[unlikely]] {
      tell(&output, 1, true);
    }
    return output;
  }
  /// Ends a composition and returns `value`, rounded to the inputs' dtype after `Cast::wide`.
  template <class T>
  T result(T value) const {
    if constexpr (std::is_same_v<T, Tensor>) {
      if (rounds_ && value.dtype() == float32) {
        value = value.to(bfloat16);
      }
    }
    return Operation::result(std::move(value));
  }

 private:
  template <std::size_t N>
  friend class Inputs;

  void check(const Input& input) const;
  void check_like_first(const Input* all, std::size_t count, const Tensor* const* at) const;
  void cast(const Input* all, std::size_t count, const Tensor** at, Tensor* made) const;
  static void switch_autocast(bool on) noexcept;

  Cast cast_;
  mutable bool autocast_off_ = false;
  mutable bool rounds_ = false;
};

template <std::size_t N>
Inputs<N>::Inputs(const Call& call, const Input (&all)[N]) {
  bool like_first = false;
  for (std::size_t i = 0; i < N; ++i) {
    const Tensor& x = all[i].tensor;
    at_[i] = &x;
    if (!x.defined() || all[i].needs != Needs::nothing) {
      call.check(all[i]);
      like_first = true;  // perhaps
    }
  }
  if (call.cast_ != Cast::keep) {
    call.cast(all, N, at_.data(), made_.data());
  } else if (like_first) {
    call.check_like_first(all, N, at_.data());
  }
}

}  // namespace retrograd

#ifndef RETROGRAD_DOXYGEN  // which knows no scope std
template <std::size_t N>
struct std::tuple_size<retrograd::Inputs<N>> : std::integral_constant<std::size_t, N> {};
template <std::size_t i, std::size_t N>
struct std::tuple_element<i, retrograd::Inputs<N>> {
  using type = const retrograd::Tensor&;
};
#endif
