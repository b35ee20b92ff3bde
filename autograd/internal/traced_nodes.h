// The calls of a trace that made the nodes of a tape. Internal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include <retrograd/autograd/node.h>
#include <retrograd/autograd/trace.h>

namespace retrograd::detail {

// The calls around a node.
struct NodeCalls {
  std::ptrdiff_t entry = -1;  // of the outermost operator around it; -1 for none
  std::string module = {};    // path of the innermost module around that
};

// A module of a trace that made nodes.
struct ModuleCall {
  std::string path;
  Where where;
  std::uint64_t first_node;
  std::uint64_t end_node;
};

struct TracedNodes {
  std::vector<NodeCalls> calls;     // by node
  std::vector<ModuleCall> modules;  // outer ones first
};

// The nodes are from oldest to newest; a leaf has no calls.
TracedNodes traced_nodes(const std::vector<Node*>& nodes, const Trace& trace);

// Names of leaves among the arguments of the trace's calls: parameters and other named tensors.
std::unordered_map<const Node*, std::string> traced_leaves(const Trace& trace);

}  // namespace retrograd::detail
