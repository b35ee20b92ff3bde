/// @file
/// How every operator begins and ends: its name and line, its inputs as Autocast wants them, and
/// the record of what it computed.
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

/// What Autocast does with an operator's inputs. A float64 among them, and none is changed.
enum class Cast : std::uint8_t {
  keep,      ///< Nothing.
  downcast,  ///< bfloat16 of float32.
  upcast,    ///< float32 of bfloat16.
  wide  // the same, and without Autocast too: what takes many steps is rounded once, by result()
};

/// What an operator asks of an input, beside that it is defined.
enum class Needs : std::uint8_t {
  nothing = 0,
  floating = 1,    ///< float32, float64 or bfloat16.
  like_first = 2,  ///< The dtype of the first input.
  optional = 4,    ///< May be undefined.
  uncast = 8       // Autocast leaves it alone
};
/// Both.
constexpr Needs operator|(Needs a, Needs b) noexcept {
  return static_cast<Needs>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}

class Call;

/// An input of a call: its name in messages.
struct Input {
  const char* name;              ///< The name.
  const Tensor& tensor;          ///< The tensor, or null.
  Needs needs = Needs::nothing;  ///< What is asked of it.
};

/// The inputs of a call, for `const auto [x, weight] = call.inputs(...)`: references to the
/// caller's tensors, or to what they were cast to.
template <std::size_t N>
class Inputs {
 public:
  /// Input i.
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

/// A public function that runs: its first statement.
/// @code
/// const Call call("leaky_relu", where, Cast::keep, input, negative_slope);
/// @endcode
class RETROGRAD_API Call : public Operation {
 public:
  /// `name` lives as long as what is recorded: a literal. `arguments`: all parameters of the
  /// function but the line, in order.
  template <class... T>
  Call(const char* name, Where where, Cast cast, const T&... arguments) noexcept
      : Operation(name, where, arguments...), cast_(cast) {}
  /// `name` lives as long as what is recorded: a literal. `arguments`: all parameters of the
  /// function but the line, in order.
  template <class... T>
  Call(const char* name, Where where, const T&... arguments) noexcept
      : Call(name, where, Cast::keep, arguments...) {}
  ~Call() {
    if (autocast_off_) {
      switch_autocast(true);
    }
  }

  /// Checks the inputs in order and casts them. What Autocast makes of them must have one dtype
  /// where that is asked for, else what the caller gave. Throws GraphError for an undefined one,
  /// DTypeError for a dtype that does not fit.
  template <std::size_t N>
  Inputs<N> inputs(const Input (&&all)[N]) const {
    return Inputs<N>(*this, all);
  }

  /// The same for any number of inputs: they are cast, not checked.
  std::vector<Tensor> inputs(const std::vector<Tensor>& all) const;

  /// Puts what was computed on the tape, as record() does.
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
  /// The end of a composition: rounds what `Cast::wide` computed to the dtype that the inputs had.
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
