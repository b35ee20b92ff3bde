// The stations between an input and an output, and the Jacobians between neighbours. Internal.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <retrograd/autograd/node.h>
#include <retrograd/explain/detail/matrix.h>
#include <retrograd/explain/explain.h>

namespace retrograd::detail {

JacobianStructure structure_of(const Matrix& matrix);

// The part of a tape that lies between `input` and `output`.
class Chain {
 public:
  // `stations` are nodes with their names; all nodes are when it is empty.
  Chain(const NodePtr& output, const NodePtr& input,
        const std::vector<std::pair<std::string, NodePtr>>& stations, std::int64_t most_elements);

  struct Link {
    const Node* from;
    const Node* to;
    std::vector<const Node*> between;  // the operators, oldest first; the last one is `to`
    Matrix matrix;                     // empty if too large
  };
  // The Jacobians between neighbouring stations, as the tape stands now.
  std::vector<Link> links() const;
  std::string name(const Node* node) const;

 private:
  void links_into(const Node* to, std::vector<Link>& links) const;
  bool is_station(const Node* node) const { return names_.contains(node); }

  std::vector<const Node*> nodes_;  // on the way, oldest first
  std::unordered_map<const Node*, std::string> names_;
  std::int64_t most_elements_;
};

}  // namespace retrograd::detail
