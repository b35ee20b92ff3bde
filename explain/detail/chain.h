// The stations between an input and an output, and the Jacobians between neighbours. Internal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <retrograd/autograd/node.h>
#include <retrograd/explain/detail/calls.h>
#include <retrograd/explain/detail/links.h>
#include <retrograd/explain/detail/names.h>
#include <retrograd/explain/explain.h>

namespace retrograd::detail {

// The part of a tape that lies between `input` and `output`.
class Chain {
 public:
  // Named nodes are stations if they lie on the way. When none lies there but the ends, all nodes
  // are, or if the options say so, the results of units. The names of the ends come first or last;
  // the first name of a node counts.
  Chain(const NodePtr& output, const NodePtr& input,
        const std::vector<std::pair<std::string, NodePtr>>& names, const ExplainOptions& options);

  struct Station {
    NodePtr node;
    std::string name;
  };

  bool empty() const { return stations_.empty(); }              // no path
  const std::vector<Node*>& all_nodes() const { return all_; }  // before the output
  const std::vector<Node*>& nodes() const { return nodes_; }    // on the way, oldest first
  const std::vector<Station>& stations() const { return stations_; }
  // What feeds a station from beside the way, in the order of the stations.
  const std::vector<Station>& inputs() const { return inputs_; }
  const Calls& calls() const { return calls_; }
  // The call that made a node, or its operator; empty for a leaf.
  std::string op_of(const Node* node) const;
  // The links into each station, without entries; from neighbours and from inputs.
  const std::vector<std::vector<Link>>& links() const { return links_; }
  // Whether the operators of a station are a unit of several.
  bool is_folded(std::size_t station) const;
  // The stations of a unit, with sources first; and the links into each.
  struct Inside {
    std::vector<NodePtr> nodes;
    std::size_t sources;
    std::vector<std::vector<Link>> links;
  };
  Inside inside(std::size_t station) const;

 private:
  using Names = std::unordered_map<const Node*, std::string>;

  void choose_stations(const std::vector<std::pair<std::string, NodePtr>>& names, bool fold);
  std::unordered_set<const Node*> results_of_units() const;
  void find_links(const Names& names, FreeNames& free);

  std::vector<Node*> all_;  // before the output, oldest first
  Calls calls_;
  std::vector<Node*> nodes_;
  std::unordered_set<const Node*> on_the_way_;
  bool is_unnamed_ = false;  // all operators are stations
  bool is_folded_ = false;   // or all units
  std::vector<Station> stations_;
  std::vector<Station> inputs_;
  std::unordered_map<const Node*, std::size_t> number_;  // of a station
  std::unordered_map<const Node*, std::size_t> input_number_;
  std::vector<std::vector<Link>> links_;
};

}  // namespace retrograd::detail
