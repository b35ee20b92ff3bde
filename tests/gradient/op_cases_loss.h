// What the rows of all losses share.
#pragma once

#include <string>

#include "gradient/op_cases.h"

namespace op_cases {

struct ReductionName {
  const char* name;
  rg::Reduction value;
};
inline constexpr ReductionName kLossReductions[] = {
    {"mean", rg::Reduction::mean}, {"sum", rg::Reduction::sum}, {"none", rg::Reduction::none}};

inline bool has_no_elements(const rg::Shape& shape) {
  for (const std::int64_t size : shape) {
    if (size == 0) {
      return true;
    }
  }
  return false;
}

// A mean of nothing is NaN, and so are its derivatives.
inline bool is_undefined(const rg::Shape& shape, const ReductionName& reduction) {
  return reduction.value == rg::Reduction::mean && has_no_elements(shape);
}

// "F.name(a, b, reduction='mean'...)"
inline std::string torch_loss(const std::string& name, const ReductionName& reduction,
                              const std::string& options = "", const std::string& inputs = "a, b") {
  return "F." + name + "(" + inputs + ", reduction='" + reduction.name + "'" +
         (options.empty() ? "" : ", " + options) + ")";
}

}  // namespace op_cases
