// The recorded program of an explanation, as a page holds it. Internal.
#pragma once

#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/explain/explain.h>
#include <retrograd/graph/graph.h>

namespace retrograd::detail {

// A tensor that no step with a tensor made.
struct ProgramLeaf {
  ValueId id;
  Tensor tensor;
  bool is_trained;
};

struct Program {
  Graph graph;
  std::vector<ProgramLeaf> leaves;
  std::vector<std::pair<std::string, ValueId>> names;
  ValueId output;
  ValueId input;
  double loss = 0;
  std::exception_ptr refused;  // why the trace has no program, if it has none
};

// The program of the trace that led to the output; null without a trace.
std::shared_ptr<Program> program_of(const Trace* trace, const Tensor& output, const Tensor& input,
                                    const std::vector<std::pair<std::string, Tensor>>& names,
                                    Where where);

// The program as JSON, with the gradient of its input.
std::string json(const Program& program, const Tensor& gradient);

}  // namespace retrograd::detail
