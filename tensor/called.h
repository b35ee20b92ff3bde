/// @file
/// Calls of functions with arguments that are data.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/argument.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Calls a function, appends its results to `outputs` and returns true.
/// It returns false without a call if the arguments do not have the parameters' types: they are for
/// another overload.
using OperatorFunction = bool (*)(const Arguments& arguments, std::vector<Tensor>& outputs);

namespace detail {

// What is held of a parameter while the function runs.
template <class T>
struct Held {
  T value;
  explicit Held(ArgumentReader& in) : value(in.read<T>()) {}
  T& get() noexcept { return value; }
};
template <>
struct Held<Where> {  // the line of the call that is made again
  Where value = Frame::current() != nullptr ? Frame::current()->where() : Where::at("", 0);
  explicit Held(ArgumentReader& /*in*/) {}
  Where get() const noexcept { return value; }
};
template <>
struct Held<Generator> {
  std::unique_ptr<Generator> own;
  explicit Held(ArgumentReader& in) : own(ArgumentOf<Generator>::read(in)) {}
  Generator& get() const noexcept { return own ? *own : default_generator(); }
};

inline void append(std::vector<Tensor>& outputs, const Tensor& result) {
  outputs.push_back(result);
}
inline void append(std::vector<Tensor>& outputs, const std::vector<Tensor>& results) {
  outputs.insert(outputs.end(), results.begin(), results.end());
}
template <class T>
requires std::is_aggregate_v<T>
void append(std::vector<Tensor>& outputs, const T& results) {
  for_each_member(results, [&](const Tensor& result) { outputs.push_back(result); });
}

template <class Result, class... Parameters, class Function>
bool call_with(const Arguments& arguments, std::vector<Tensor>& outputs, Function&& function) {
  ArgumentReader in(arguments);
  std::tuple<Held<std::remove_cvref_t<Parameters>>...> held{
      Held<std::remove_cvref_t<Parameters>>(in)...};
  if (!in.fits()) {
    return false;
  }
  std::apply(
      [&](auto&... each) {
        if constexpr (std::is_void_v<Result>) {
          function(each.get()...);
        } else {
          append(outputs, function(each.get()...));
        }
      },
      held);
  return true;
}

template <auto function>
struct Called;
template <class Result, class... Parameters, Result (*function)(Parameters...)>
struct Called<function> {
  static bool call(const Arguments& arguments, std::vector<Tensor>& outputs) {
    return call_with<Result, Parameters...>(arguments, outputs, function);
  }
};
template <class Result, class... Parameters, Result (Tensor::*function)(Parameters...)>
struct Called<function> {
  static bool call(const Arguments& arguments, std::vector<Tensor>& outputs) {
    return call_with<Result, Tensor, Parameters...>(
        arguments, outputs,
        [](Tensor& self, auto&&... rest) -> decltype(auto) { return (self.*function)(rest...); });
  }
};
template <class Result, class... Parameters, Result (Tensor::*function)(Parameters...) const>
struct Called<function> {
  static bool call(const Arguments& arguments, std::vector<Tensor>& outputs) {
    return call_with<Result, Tensor, Parameters...>(
        arguments, outputs,
        [](const Tensor& self, auto&&... rest) { return (self.*function)(rest...); });
  }
};

}  // namespace detail

}  // namespace retrograd
