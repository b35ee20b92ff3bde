/// @file
/// Limited-memory BFGS.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <retrograd/optim/optimizer.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::optim {

/// Options, given as {.name = value}; what is left out keeps its default.
struct RETROGRAD_API LBFGSOptions {
  double lr = 1;                   ///< Learning rate.
  std::int64_t max_iter = 20;      ///< Directions in one step.
  std::int64_t max_eval = 0;       ///< Evaluations in one step; 0 is max_iter * 5 / 4.
  double tolerance_grad = 1e-7;    ///< Stops when no gradient is larger.
  double tolerance_change = 1e-9;  ///< Stops when loss or parameters change less.
  /// How many past steps the approximation of the Hessian rests on.
  std::int64_t history_size = 100;
  bool strong_wolfe = false;  ///< Searches along each direction; else steps of lr.

  /// The optimiser; among options, its name in messages.
  static constexpr const char* optimizer = "LBFGS";
  static constexpr bool single_group = true;  ///< The optimiser takes one group of parameters.
  /// All numbers among the options, by name and domain: how they are checked, saved and loaded.
  Settings settings();
  /// Whether the two are equal.
  bool operator==(const LBFGSOptions&) const = default;
};

/// PyTorch's LBFGS (Nocedal and Wright, chapter 7.2). All parameters are one vector, so there is
/// one group, and the history, which is kept in float64, begins anew when they change. Throws
/// ValueError for several groups. A step calls its closure several times, which drops the
/// gradients, computes the loss and runs backward() on it.
class RETROGRAD_API LBFGS : public GroupedOptimizer<LBFGSOptions> {
 public:
  using GroupedOptimizer::GroupedOptimizer;

  /// Throws GraphError: a closure is needed.
  void step(Where where = {}) override;
  /// The loss of the first evaluation.
  Tensor step(const Closure& closure, Where where = {}) override;

 protected:
  void save_state(StateDict& state) override;
  LoadedState load_state(const StateDict& state, Where where) override;
  void parameters_changed() override { memory_ = {}; }

 private:
  using Vector = std::vector<double>;  // all parameters in a row

  // What is kept between steps.
  struct Memory {
    double iterations = 0;
    double step_size = 0;
    double scale = 1;  // of the first approximation of the inverse Hessian
    Vector direction;  // empty before the first step
    Vector gradient;   // before the last move along `direction`
    std::vector<Vector> gradient_changes;
    std::vector<Vector> moves;
  };

  void next_direction(const Vector& gradient, std::size_t history);
  Vector gathered(bool gradients);
  void place(const Vector& start, double step_size);

  Memory memory_;
};

}  // namespace retrograd::optim
