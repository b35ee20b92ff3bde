// Recognising elements of named tensors in Jacobians. Internal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <retrograd/autograd/node.h>
#include <retrograd/explain/detail/links.h>
#include <retrograd/explain/explain.h>

namespace retrograd::detail {

// While it is alive, what nodes saved of named tensors has other values: all different, and none
// that a program would compute by chance. The tensors themselves keep theirs.
class Probe {
 public:
  Probe(const std::vector<Node*>& nodes, const std::vector<std::pair<std::string, Tensor>>& named);

  // Which element an entry of a Jacobian is, given its value now and without the probe.
  std::optional<NamedElement> recognise(double probed, double value) const;
  // Those of a whole Jacobian, by row * columns + column.
  std::map<std::int64_t, NamedElement> recognise(const Link& probed, const Link& own) const;
  // Whether the node saved something that is replaced.
  bool replaces(const Node* node) const { return nodes_.contains(node); }

 private:
  struct Source {
    std::size_t tensor;  // of named_
    std::int64_t element;
    double value;  // its own
  };

  // A copy of all the memory that the tensor is a view of, or null.
  const Tensor* memory_of(const Tensor& tensor) const;
  void put_values(std::size_t number, double& last);

  std::vector<std::pair<std::string, Tensor>> named_;
  // By memory: a tensor there, the copy.
  std::unordered_multimap<const void*, std::pair<Tensor, Tensor>> memories_;
  std::map<double, Source> sources_;       // by what was put there
  std::unordered_set<const Node*> nodes_;  // with replaced ones
  std::list<detail::ReplacedSaved> replaced_;
};

}  // namespace retrograd::detail
