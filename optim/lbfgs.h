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

/// Options of `LBFGS`, given as `{.name = value}`; omitted ones keep their defaults.
struct RETROGRAD_API LBFGSOptions {
  double lr = 1;  ///< Step length along each direction, >= 0; with `strong_wolfe` the first trial.
  std::int64_t max_iter = 20;  ///< Largest number of directions in a step, >= 1.
  /// Largest number of evaluations in a step, >= 0; 0 means `max_iter * 5 / 4`.
  std::int64_t max_eval = 0;
  /// Magnitude of the largest gradient element at which a step ends, >= 0.
  double tolerance_grad = 1e-7;
  /// Change of the loss or the parameters at which a step ends, >= 0.
  double tolerance_change = 1e-9;
  std::int64_t history_size = 100;  ///< Number of past moves that approximate the Hessian, >= 1.
  /// Searches along each direction for the strong Wolfe conditions when true.
  bool strong_wolfe = false;

  static constexpr const char* optimizer = "LBFGS";  ///< Name of the optimiser in messages.
  /// Declares that the optimiser takes one group of parameters.
  static constexpr bool single_group = true;
  /// Returns the numbers and flags among the options, with their names and domains.
  Settings settings();
  /// Returns whether all options are equal.
  bool operator==(const LBFGSOptions&) const = default;
};

/// L-BFGS, as in PyTorch (Nocedal and Wright, "Numerical optimization", section 7.2).
///
/// All parameters form one vector and one group. The first move is shortened to
/// `lr min(1, 1 / |g|_1)`, where g is the gradient. The history is stored in float64 and is cleared
/// when the parameters change. A step calls its closure several times. The closure clears the
/// gradients, computes the loss and runs `backward()`.
///
/// @code
/// optim::LBFGS optimizer(model.parameters(), {.strong_wolfe = true});
/// optimizer.step([&] {
///   optimizer.zero_grad();
///   Tensor loss = mse_loss(model(x), y);
///   loss.backward();
///   return loss;
/// });
/// @endcode
class RETROGRAD_API LBFGS : public GroupedOptimizer<LBFGSOptions> {
 public:
  using GroupedOptimizer::GroupedOptimizer;

  /// Throws GraphError, because a closure is needed.
  void step(Where where = {}) override;
  /// Minimises the loss by up to `max_iter` moves and returns the loss of the first evaluation.
  ///
  /// @throws GraphError if `closure` is empty.
  /// @throws ValueError if an option or the parameters were changed to values that the constructor
  ///   refuses.
  Tensor step(const Closure& closure, Where where = {}) override;

 protected:
  void save_state(StateDict& state) override;
  LoadedState load_state(const StateDict& state, Where where) override;
  void parameters_changed() override { memory_ = {}; }

 private:
  using Vector = std::vector<double>;  // all parameters in a row

  // The state between steps.
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
