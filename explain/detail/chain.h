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
#include <retrograd/explain/explain.h>

namespace retrograd::detail {

std::int64_t elements(const Shape& shape);

// The part of a tape that lies between `input` and `output`.
class Chain {
 public:
  // Named nodes are stations if they lie on the way; all nodes are when none lies there but the
  // ends. The names of the ends come first or last; the first name of a node counts.
  Chain(const NodePtr& output, const NodePtr& input,
        const std::vector<std::pair<std::string, NodePtr>>& names);

  struct Station {
    NodePtr node;
    std::string name;
  };
  struct Link {
    std::size_t from;  // station
    std::size_t to;
    std::vector<Node*> between;  // the operators, oldest first; the last one is `to`
    bool computed = true;
    std::vector<JacobianEntry> entries;  // by column and row
  };

  bool empty() const { return stations_.empty(); }            // no path
  const std::vector<Node*>& nodes() const { return nodes_; }  // on the way, oldest first
  const std::vector<Station>& stations() const { return stations_; }
  // The Jacobians between neighbouring stations, as the tape stands now. Those that
  // `most_elements` excludes are not computed.
  std::vector<Link> links(std::int64_t most_elements) const;

 private:
  void name_stations(const std::vector<std::pair<std::string, NodePtr>>& names);
  bool is_station(const Node* node) const { return number_.contains(node); }
  std::vector<Link> links_into(std::size_t to) const;
  void compute(const Node* to, std::vector<Link>& links) const;

  std::vector<Node*> nodes_;
  std::unordered_set<const Node*> on_the_way_;
  std::vector<Station> stations_;
  std::unordered_map<const Node*, std::size_t> number_;  // of a station
};

JacobianStructure structure_of(const std::vector<JacobianEntry>& entries, const Shape& from,
                               const Shape& to);

}  // namespace retrograd::detail
