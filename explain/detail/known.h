// Tensors that a trace knows. Internal.
#pragma once

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <retrograd/autograd/node.h>
#include <retrograd/autograd/trace.h>
#include <retrograd/explain/explain.h>

namespace retrograd::detail {

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

// Equal for tensors that share memory.
inline const void* memory_key(const Tensor& tensor) {
  return &*tensor.impl().storage;
}

class KnownTensors {
 public:
  // The user's names come first; then those of the trace, if there is one.
  KnownTensors(const NamedTensors& names, const Trace* trace);

  // All names, and the tensors with them.
  const NamedTensors& named() const { return named_; }
  // The tensor that the node computed, or an undefined one.
  Tensor result_of(const Node* node) const;

  // A tensor without a gradient that a call of the trace got, and a name for it; or an empty one.
  struct Data {
    std::string name;
    Tensor tensor;
    bool is_named = false;
  };
  std::vector<Data> data_of(std::ptrdiff_t entry) const;
  // Adds named tensors without a gradient whose memory the node saved.
  void add_saved(const Node& node, std::vector<Data>& all) const;

 private:
  std::string name_of(const Tensor& tensor) const;

  const Trace* trace_;
  NamedTensors named_;
  std::unordered_map<const TensorImpl*, std::string> names_;
  std::unordered_map<const Node*, Tensor> results_;
  std::unordered_map<const TensorImpl*, std::size_t> producers_;  // entries
  // Named ones without a gradient, by memory.
  std::unordered_map<const void*, std::vector<std::size_t>> data_;
};

}  // namespace retrograd::detail
