// Jacobians between nodes of a tape. Internal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include <retrograd/autograd/node.h>
#include <retrograd/explain/explain.h>

namespace retrograd::detail {

std::int64_t elements(const Shape& shape);

// A Jacobian d(to) / d(from).
struct Link {
  Node* source;
  std::size_t from;
  bool from_input;
  std::size_t to;
  std::vector<Node*> between = {};  // the operators, oldest first; the last one is `to`
  bool is_linear = false;
  ElementRange columns = {};                // those that are computed
  std::vector<JacobianEntry> entries = {};  // by column and row

  Link without_entries() const {
    return {source, from, from_input, to, between, is_linear, columns, {}};
  }
};

// What a search for sources finds in a node.
struct Found {
  enum class Kind : std::uint8_t { inside, station, input, none };
  Kind kind = Kind::none;
  std::size_t number = 0;  // of the station or input
};

// The links into `to` from the nearest sources before it, without entries: those from stations
// first, by their numbers.
std::vector<Link> links_into(Node* to, std::size_t number,
                             const std::function<Found(Node*)>& found);

// Chooses the columns of each link: all if `most_elements` allows it, or else those of `shown`.
void choose_columns(std::vector<Link>& links, const ElementRange& shown,
                    std::int64_t most_elements);

// Computes the entries of the links into `to` as the tape stands now: one backward pass a column.
void compute(const Node* to, std::vector<Link>& links);

// Its step, with the structure of the matrix.
JacobianStep step_of(Link link);

JacobianStructure structure_of(const std::vector<JacobianEntry>& entries, const Shape& from,
                               const Shape& to);

}  // namespace retrograd::detail
