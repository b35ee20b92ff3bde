/// @file
/// The 1cycle policy: a learning rate that rises once and decreases to almost 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <retrograd/optim/lr_scheduler.h>
#include <retrograd/optim/optimizer.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/frame.h>

namespace retrograd::optim::lr_scheduler {

/// The form of the curve between two rates.
enum class Anneal {
  /// Half a cosine.
  cos,
  /// A straight line.
  linear
};

/// Options of `OneCycleLR`, given as `{.name = value}`; omitted ones keep their defaults.
struct RETROGRAD_API OneCycleLROptions {
  PerGroup max_lr = -1.0;                ///< Largest rates, >= 0; must be given.
  std::int64_t total_steps = 0;          ///< Number of steps of the cycle, >= 1; must be given.
  double pct_start = 0.3;                ///< Share of the steps in which the rate rises, in [0, 1].
  Anneal anneal_strategy = Anneal::cos;  ///< Form of the curve.
  /// Cycles the momentum too when true: the option `momentum`, or the first of `betas`.
  bool cycle_momentum = true;
  PerGroup base_momentum = 0.85;  ///< Momentum at the largest rate, >= 0.
  PerGroup max_momentum = 0.95;   ///< Momentum at the first and the last rate, >= 0.
  double div_factor = 25;         ///< Quotient of `max_lr` and the first rate, > 0.
  double final_div_factor = 1e4;  ///< Quotient of the first and the last rate, > 0.
  /// Returns to the first rate as fast as it rose when true, then goes to the last.
  bool three_phase = false;

  /// Returns the numbers and flags among the options, with their names and domains.
  Settings settings();
};

/// The 1cycle policy, as PyTorch's `OneCycleLR` (Smith and Topin, "Super-convergence", 2018).
///
/// It is stepped after each batch. Its rates and momenta do not depend on those of the optimiser.
/// Its first rate becomes the initial rate from which later schedules start.
///
/// @code
/// optim::lr_scheduler::OneCycleLR scheduler(optimizer, {.max_lr = 0.1, .total_steps = 1000});
/// for (...) { optimizer.step(); scheduler.step(); }
/// @endcode
class RETROGRAD_API OneCycleLR : public LRScheduler {
 public:
  /// Constructs a schedule and sets its first rates.
  ///
  /// @throws ValueError if an option is out of range, or `cycle_momentum` is true and the optimiser
  ///   has no momentum.
  OneCycleLR(Optimizer& optimizer, OneCycleLROptions options, Where where = {});

  /// Returns the learning rate of a group at a step. Step `total_steps` has the rate of the last
  /// one.
  ///
  /// @throws ValueError if `step` is above `total_steps`.
  /// @throws IndexError if the schedule has no rate for the group.
  double lr_at(std::size_t group, std::int64_t step, Where where = {}) const override;
  /// Returns the momentum of a group at a step, or an empty optional if `cycle_momentum` is false.
  ///
  /// @throws ValueError if `step` is above `total_steps`.
  /// @throws IndexError if the schedule has no rate for the group.
  std::optional<double> momentum_at(std::size_t group, std::int64_t step,
                                    Where where = {}) const override;

 protected:
  const char* name() const noexcept override { return "OneCycleLR"; }

 private:
  // Three numbers: at the beginning, at the top and at the end of the cycle.
  struct Levels {
    double first, top, last;
  };
  double level_at(const Frame& call, const Levels& levels, std::int64_t step) const;

  OneCycleLROptions options_;
  std::vector<double> max_lrs_;
  std::vector<double> base_momenta_;
  std::vector<double> max_momenta_;
};

}  // namespace retrograd::optim::lr_scheduler
