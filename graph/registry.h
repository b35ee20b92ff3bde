/// @file
/// Operators by the name that they have in a trace, called with arguments that are data.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/argument.h>
#include <retrograd/tensor/called.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

namespace detail {
RETROGRAD_API void register_operator(const std::string& name, OperatorFunction function,
                                     Where where);
}  // namespace detail

/// Registers a custom operator, so that graphs which contain it can run.
/// @code
/// register_operator<swish>("swish");
/// @endcode
/// `name` is the name in the function's `Call`, whose arguments are the function's parameters.
/// @throws ValueError if another function has this name
template <auto function>
void register_operator(const std::string& name, Where where = {}) {
  detail::register_operator(name, &detail::Called<function>::call, where);
}

/// Returns whether an operator has this name.
RETROGRAD_API bool is_operator(std::string_view name);
/// Returns the names of all operators, sorted; overloads appear once.
RETROGRAD_API std::vector<std::string> operator_names();

/// Calls the operator of this name and returns its outputs in order.
/// @throws ValueError if no operator has this name or no overload takes the arguments
RETROGRAD_API std::vector<Tensor> call_operator(std::string_view name, const Arguments& arguments,
                                                Where where = {});

}  // namespace retrograd
