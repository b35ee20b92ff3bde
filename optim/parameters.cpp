#include <retrograd/optim/detail/parameters.h>

#include <string>
#include <unordered_set>

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
      const std::string name = "parameter " + std::to_string(index++);
      if (!parameter.defined() || !parameter.is_leaf() || !is_floating(parameter.dtype())) {
        fail<GraphError>(call, name + " is not a floating leaf", {{"parameter", parameter}});
      }
      if (!seen.insert(parameter.impl_or_null()).second) {
        fail<ValueError>(call, name + " is listed twice", {{"parameter", parameter}});
      }
      if (shows_an_element_twice(parameter)) {
        fail<ValueError>(call, name + " has one element in several places",
                         {{"parameter", parameter}});
      }
    }
  }
  if (index == 0) {
    fail<ValueError>(
        call,
        "there are no parameters; those of a model are the tensors that members() lists, frozen "
        "ones too: does every module that has some override members()?");
  }
}

}  // namespace retrograd::optim::detail
