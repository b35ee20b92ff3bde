// The calls that made a tape's nodes: those of a trace, or lines. Internal.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include <retrograd/autograd/internal/traced_nodes.h>
#include <retrograd/autograd/node.h>
#include <retrograd/autograd/trace.h>

namespace retrograd::detail {

// Operators that belong together: a call of a trace, or a line.
struct Unit {
  std::string name;           // of the call; empty for a line
  std::string module;         // path
  Where where;                // of the call
  std::ptrdiff_t entry = -1;  // of the trace
  bool is_layout = true;      // moves elements only
};

class Calls {
 public:
  Calls() = default;
  // The nodes are from oldest to newest; without a trace, null. Operators without a call of the
  // trace are units by line, or each by itself.
  Calls(const std::vector<Node*>& nodes, const Trace* trace, bool by_line);

  const Unit& unit_of(const Node* node) const { return units_[number_of(node)]; }
  std::size_t number_of(const Node* node) const { return number_.at(node); }
  const std::vector<ModuleCall>& modules() const { return modules_; }  // outer ones first

 private:
  std::vector<Node*> follow(const std::vector<Node*>& nodes, const Trace& trace);
  void add_lines(const std::vector<Node*>& nodes, bool by_line);
  void add(const Node* node, std::size_t unit);

  std::vector<Unit> units_;
  std::unordered_map<const Node*, std::size_t> number_;
  std::vector<ModuleCall> modules_;
};

// The longest stretch [first, last) of a sequence that repeats its last `period` elements at least
// three times; its first repetition may begin in the middle. The period is 0 if there is none.
struct Stretch {
  std::size_t first = 0;
  std::size_t last = 0;
  std::size_t period = 0;
};
Stretch repeating_stretch(const std::vector<const char*>& sequence);

}  // namespace retrograd::detail
