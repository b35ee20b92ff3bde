#include <retrograd/tensor/state_dict.h>

#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/printable.h>

namespace retrograd {

void StateDict::insert(std::string name, Tensor tensor, Where where) {
  if (!tensor.defined()) {
    check::refuse<ValueError>({"state_dict", where}, {},
                              "the tensor named {} is undefined [undefined-tensor]",
                              detail::in_quotes(name));
  }
  if (!index_.emplace(name, entries_.size()).second) {
    check::refuse<ValueError>({"state_dict", where}, {},
                              "the name {} is there already [name-taken]", detail::in_quotes(name));
  }
  entries_.emplace_back(std::move(name), std::move(tensor));
}

const Tensor* StateDict::find(std::string_view name) const {
  const auto found = index_.find(std::string(name));
  return found == index_.end() ? nullptr : &entries_[found->second].second;
}

const Tensor& StateDict::at(std::string_view name, Where where) const {
  if (const Tensor* tensor = find(name)) {
    return *tensor;
  }
  check::refuse<IndexError>({"state_dict", where}, {}, "there is no tensor named {} [name-unknown]",
                            detail::in_quotes(name));
}

}  // namespace retrograd
