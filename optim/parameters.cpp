#include <retrograd/optim/detail/parameters.h>

#include <unordered_set>

#include <retrograd/tensor/internal/check.h>

namespace retrograd::optim::detail {

bool shows_an_element_twice(const Tensor& x) {
  for (std::size_t d = 0; d < x.shape().size(); ++d) {
    if (x.strides()[d] == 0 && x.shape()[d] > 1) {
      return true;
    }
  }
  return false;
}

void check_parameters(const Frame& call, const std::vector<const std::vector<Tensor>*>& lists) {
  std::unordered_set<const void*> seen;
  std::size_t index = 0;
  for (const auto* list : lists) {
    for (const Tensor& parameter : *list) {
      check::require<GraphError>(
          call, parameter.defined() && parameter.is_leaf() && is_floating(parameter.dtype()),
          {{"parameter", parameter}}, "parameter {} is not a floating leaf [parameter-invalid]",
          index);
      check::require<ValueError>(call, seen.insert(parameter.impl_or_null()).second,
                                 {{"parameter", parameter}},
                                 "parameter {} is listed twice [parameter-invalid]", index);
      check::require<ValueError>(
          call, !shows_an_element_twice(parameter), {{"parameter", parameter}},
          "parameter {} has one element at several positions [elements-overlap]", index);
      ++index;
    }
  }
  check::require<ValueError>(
      call, index > 0, {},
      "there are no parameters; those of a model are the tensors that members() lists, frozen "
      "ones too: does every module that has some override members()? [parameters-missing]");
}

}  // namespace retrograd::optim::detail
