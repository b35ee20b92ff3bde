// What reductions are tried on.
#pragma once

#include <string>

#include "gradient/op_cases.h"

namespace op_cases {

struct Reduction {
  rg::Shape shape;
  rg::Dims dims;
  bool keepdim = false;

  std::string label() const {
    return to_string(shape) + " over " + (dims.empty() ? "all" : to_string(dims)) +
           (keepdim ? ", kept" : "");
  }
  // "(0, 1)": the dimensions as Python has them, all of them for none.
  std::string python_dims() const {
    rg::Dims listed = dims;
    for (std::size_t d = 0; dims.empty() && d < shape.size(); ++d) {
      listed.push_back(static_cast<std::int64_t>(d));
    }
    std::string all;
    for (const std::int64_t d : listed) {
      all += std::to_string(d) + ", ";
    }
    return "(" + all + ")";
  }
  std::string python_keepdim() const { return keepdim ? "True" : "False"; }
};

inline const Reduction kReductions[] = {
    {{}, {}},
    {{}, {}, true},
    {{}, {0}},
    {{}, {-1}, true},
    {{1}, {}},
    {{5}, {}},
    {{5}, {0}, true},
    {{5}, {-1}},
    {{2, 3}, {}},
    {{2, 3}, {}, true},
    {{2, 3}, {0}},
    {{2, 3}, {1}, true},
    {{2, 3}, {-2}, true},
    {{2, 3}, {0, 1}},
    {{2, 3, 2}, {1}},
    {{2, 3, 2}, {0, 2}},
    {{2, 3, 2}, {0, 2}, true},
    {{2, 3, 2}, {-1, -3}},
    {{2, 1, 3, 2}, {1}},
    {{2, 2, 3, 2}, {0, 2, 3}, true},
    {{0, 3}, {1}},
    {{2, 0, 3}, {2}, true},
};

// No elements at all: a sum of none is 0, a mean NaN, a largest of none an error.
inline const Reduction kEmptyReductions[] = {
    {{0, 3}, {}}, {{0, 3}, {0}}, {{2, 0, 3}, {1}, true}, {{2, 0}, {0, 1}}};

}  // namespace op_cases
