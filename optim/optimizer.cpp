#include <retrograd/optim/optimizer.h>

#include <string>
#include <unordered_set>

namespace retrograd::optim {

Optimizer::~Optimizer() = default;

void check_parameters(const char* optimizer, const std::vector<const std::vector<Tensor>*>& groups,
                      Where where) {
  std::unordered_set<const void*> seen;
  std::size_t index = 0;
  for (const auto* group : groups) {
    for (const Tensor& parameter : *group) {
      const std::string name = "parameter " + std::to_string(index++);
      if (!parameter.defined() || !parameter.is_leaf() || !is_floating(parameter.dtype())) {
        fail<GraphError>(optimizer, where, name + " is not a floating leaf",
                         {{"parameter", parameter}});
      }
      if (!seen.insert(parameter.impl_or_null()).second) {
        fail<ValueError>(optimizer, where, name + " is listed twice", {{"parameter", parameter}});
      }
    }
  }
  if (index == 0) {
    fail<ValueError>(optimizer, where, "there are no parameters to optimise");
  }
}

}  // namespace retrograd::optim
