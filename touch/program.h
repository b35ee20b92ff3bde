// A recorded program that a page runs again: its graph, its leaves, and the numbers of a run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/explain/explain.h>
#include <retrograd/graph/graph.h>

namespace retrograd::touch {

class Program {
 public:
  // Adds a value; values are numbered from 0.
  void add_value(DType dtype, const Shape& shape);
  // Makes the last value a leaf with these numbers. `is_trained`: SGD changes it.
  void make_leaf(const double* numbers, bool is_trained);
  void begin_step(std::string op) { graph_.steps.push_back({.op = std::move(op)}); }
  void add_argument(Argument argument);
  void add_made(ValueId id);
  void draws(Generator::State state) { graph_.steps.back().random = state; }
  void switch_recording() { graph_.steps.back().switches_recording = true; }
  // Ends the program with the value that gradients are of.
  void end(ValueId loss);
  void add_name(std::string name, ValueId id) { names_.emplace_back(std::move(name), id); }

  // The numbers of a leaf are changed through this; update() computes what follows from them.
  double& element(ValueId leaf, std::int64_t index);
  void update();
  // The loss alone, recorded nowhere.
  double loss() const;

  // Of the last update; undefined where there is no gradient.
  const Tensor& value(ValueId id) const { return values_.at(at(id)); }
  const Tensor& gradient(ValueId id) const { return gradients_.at(at(id)); }

  // The second derivative of the loss by an element of a leaf.
  double curvature(ValueId leaf, std::int64_t index);
  // A step of all trained leaves down their gradients, and an update.
  void descend(double learning_rate);
  // The largest difference of the gradients from central differences, all in float64, relative to
  // the largest gradient. Up to `most` elements of each leaf are compared.
  double check_gradients(std::int64_t most) const;
  Explanation explanation(ValueId input) const;

 private:
  struct Leaf {
    ValueId id;
    std::vector<double> numbers;
    bool is_trained;
  };
  static std::size_t at(ValueId id) { return static_cast<std::size_t>(id.index); }
  Leaf& leaf(ValueId id);
  // The leaves as tensors, in the order of the graph's inputs. `recorded`: they have gradients.
  std::vector<Tensor> given(bool recorded, DType real) const;

  Graph graph_;
  std::vector<Leaf> leaves_;
  ValueId loss_;
  std::vector<std::pair<std::string, ValueId>> names_;
  std::vector<Tensor> values_;
  std::vector<Tensor> gradients_;
};

}  // namespace retrograd::touch
