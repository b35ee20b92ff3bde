/// @file
/// Arguments of calls as data, so that a trace can store a call and repeat it.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/dims.h>
#include <retrograd/tensor/random.h>
#include <retrograd/tensor/scalar.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// A tensor among the values of a graph.
struct ValueId {
  std::int64_t index = -1;  ///< Position in `Graph::values`; -1 for an undefined tensor.
  /// Returns whether both are the same value.
  friend bool operator==(ValueId, ValueId) = default;
};

/// An argument: a number, enumerator or bool, a text, a list of numbers, tensors, or a missing
/// value.
/// An aggregate of options is as many arguments as it has members.
using Argument =
    std::variant<std::monostate, Scalar, std::string, std::vector<std::int64_t>,
                 std::vector<double>, Tensor, std::vector<Tensor>, ValueId, std::vector<ValueId>>;
/// Arguments of a call, in order.
using Arguments = std::vector<Argument>;

/// Reader of arguments as the types of a function's parameters.
class RETROGRAD_API ArgumentReader {
 public:
  /// Starts before the first argument; the arguments must outlive the values read.
  explicit ArgumentReader(const Arguments& all) noexcept : all_(all) {}

  /// Returns the next argument as a T, or the next ones as the members of an aggregate T.
  template <class T>
  T read();
  /// Returns the next argument if it is a T, else null; then `fits()` is false from here on.
  template <class T>
  const T* take() noexcept {
    const T* const found = next_ < all_.size() ? std::get_if<T>(&all_[next_]) : nullptr;
    fits_ = fits_ && found != nullptr;
    ++next_;
    return found;
  }
  /// Returns whether the next argument is a T.
  template <class T>
  bool is() const noexcept {
    return next_ < all_.size() && std::holds_alternative<T>(all_[next_]);
  }
  /// Returns whether all arguments were read and had the requested types.
  bool fits() const noexcept { return fits_ && next_ == all_.size(); }

 private:
  const Arguments& all_;
  std::size_t next_ = 0;
  bool fits_ = true;
};

/// Conversion of a type to arguments and back, to be specialised for other types.
/// A type of several arguments has `append(all, value)` instead of `write()`.
template <class T>
struct ArgumentOf;

namespace detail {

// Converts to the type of any member but an optional, which makes itself of it.
template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
struct AnyMember {
  template <class T>
  requires(!kIsOptional<T>) operator T() const;  // NOLINT
};

// How many members an aggregate has.
template <class T, class... Members>
constexpr std::size_t count_members() {
  if constexpr (requires { T{Members{}..., AnyMember{}}; }) {
    return count_members<T, Members..., AnyMember>();
  } else {
    return sizeof...(Members);
  }
}

// Calls f with each member, in order.
template <class T, class F>
void for_each_member(T& value, F&& f) {
  constexpr std::size_t count = count_members<std::remove_const_t<T>>();
  static_assert(count >= 1 && count <= 8, "list more members here");
  const auto each = [&](auto&... members) { (f(members), ...); };
  if constexpr (count == 1) {
    auto& [a] = value;
    each(a);
  } else if constexpr (count == 2) {
    auto& [a, b] = value;
    each(a, b);
  } else if constexpr (count == 3) {
    auto& [a, b, c] = value;
    each(a, b, c);
  } else if constexpr (count == 4) {
    auto& [a, b, c, d] = value;
    each(a, b, c, d);
  } else if constexpr (count == 5) {
    auto& [a, b, c, d, e] = value;
    each(a, b, c, d, e);
  } else if constexpr (count == 6) {
    auto& [a, b, c, d, e, g] = value;
    each(a, b, c, d, e, g);
  } else if constexpr (count == 7) {
    auto& [a, b, c, d, e, g, h] = value;
    each(a, b, c, d, e, g, h);
  } else {
    auto& [a, b, c, d, e, g, h, i] = value;
    each(a, b, c, d, e, g, h, i);
  }
}

template <class T>
void write_argument(Arguments& all, const T& value) {
  if constexpr (std::is_aggregate_v<T>) {
    for_each_member(value, [&](const auto& member) { write_argument(all, member); });
  } else if constexpr (requires { ArgumentOf<T>::append(all, value); }) {
    ArgumentOf<T>::append(all, value);
  } else {
    all.push_back(ArgumentOf<T>::write(value));
  }
}

}  // namespace detail

#ifndef RETROGRAD_DOXYGEN  // which documents no specialisations
template <class T>
T ArgumentReader::read() {
  if constexpr (std::is_aggregate_v<T>) {
    T value{};
    detail::for_each_member(value, [&]<class M>(M& member) { member = read<M>(); });
    return value;
  } else {
    return ArgumentOf<T>::read(*this);
  }
}

template <class T>
requires std::is_arithmetic_v<T>
struct ArgumentOf<T> {
  static Argument write(T value) { return Scalar(value); }
  static T read(ArgumentReader& in) {
    const Scalar* const value = in.take<Scalar>();
    return value != nullptr ? value->to<T>() : T{};
  }
};

template <class T>
requires std::is_enum_v<T>
struct ArgumentOf<T> {
  static Argument write(T value) { return Scalar(static_cast<std::int64_t>(value)); }
  static T read(ArgumentReader& in) {
    const Scalar* const value = in.take<Scalar>();
    return static_cast<T>(value != nullptr ? value->to<std::int64_t>() : 0);
  }
};

// Types that stand in an Argument as they are.
template <class T>
requires(std::same_as<T, Scalar> || std::same_as<T, std::string> || std::same_as<T, Tensor> ||
         std::same_as<T, std::vector<std::int64_t>> || std::same_as<T, std::vector<double>> ||
         std::same_as<T, std::vector<Tensor>>) struct ArgumentOf<T> {
  static Argument write(const T& value) { return value; }
  static T read(ArgumentReader& in) {
    const T* const value = in.take<T>();
    return value != nullptr ? *value : T{};
  }
};

template <>
struct ArgumentOf<std::string_view> {
  static Argument write(std::string_view value) { return std::string(value); }
  static std::string_view read(ArgumentReader& in) {
    const std::string* const value = in.take<std::string>();
    return value != nullptr ? *value : std::string_view{};
  }
};

template <>
struct ArgumentOf<Dims> {
  static Argument write(const Dims& value) {
    return std::vector<std::int64_t>(value.begin(), value.end());
  }
  static Dims read(ArgumentReader& in) {
    const auto* const value = in.take<std::vector<std::int64_t>>();
    return value != nullptr ? Dims(*value) : Dims{};
  }
};

template <class T>
struct ArgumentOf<std::optional<T>> {
  static Argument write(const std::optional<T>& value) {
    return value ? ArgumentOf<T>::write(*value) : Argument();
  }
  static std::optional<T> read(ArgumentReader& in) {
    if (in.is<std::monostate>()) {
      in.take<std::monostate>();
      return {};
    }
    return ArgumentOf<T>::read(in);
  }
};

// A generator is read as a new one in the state it had; the default one is an empty argument.
template <>
struct RETROGRAD_API ArgumentOf<Generator> {
  static Argument write(const Generator& value);
  static std::unique_ptr<Generator> read(ArgumentReader& in);  // null for the default one
};
#endif

}  // namespace retrograd
