/// @file
/// Functions by the name that they have in a trace, called with arguments that are data.
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

/// Makes an operator of one's own known, so that graphs that have it can run: a function whose Call
/// has this name and the function's parameters.
/// @code
/// register_operator<swish>("swish");
/// @endcode
/// Throws ValueError for a name that another function has.
template <auto function>
void register_operator(const std::string& name, Where where = {}) {
  detail::register_operator(name, &detail::Called<function>::call, where);
}

/// Whether an operator of this name is known.
RETROGRAD_API bool is_operator(std::string_view name);
/// The names of all known operators, sorted; overloads once.
RETROGRAD_API std::vector<std::string> operator_names();

/// Calls the operator of this name: its outputs, in order. Throws ValueError for a name that is not
/// known, and where no overload takes the arguments.
RETROGRAD_API std::vector<Tensor> call_operator(std::string_view name, const Arguments& arguments,
                                                Where where = {});

}  // namespace retrograd
