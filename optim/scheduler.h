/// @file
/// The base of the learning rate schedules in lr_scheduler.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <retrograd/optim/optimizer.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/state_dict.h>

namespace retrograd::optim::lr_scheduler {

/// The base of all schedules.
///
/// A custom schedule overrides `lr_at()` and `name()`, and calls `start()` last in its constructor.
class RETROGRAD_API LRScheduler {
 public:
  virtual ~LRScheduler();
  LRScheduler(const LRScheduler&) = delete;
  LRScheduler& operator=(const LRScheduler&) = delete;

  /// Returns the learning rate of a group at an epoch from 0, if no other scheduler changes it.
  ///
  /// @throws IndexError if the schedule has no rate for the group.
  virtual double lr_at(std::size_t group, std::int64_t epoch, Where where = {}) const = 0;
  /// Returns the momentum of a group at an epoch, or an empty optional to leave momentum unchanged.
  virtual std::optional<double> momentum_at(std::size_t /*group*/, std::int64_t /*epoch*/,
                                            Where /*where*/ = {}) const {
    return {};
  }
  /// Returns the learning rate at an epoch of an optimiser that has rate `lr` at the epoch before.
  ///
  /// For epoch 0, `lr` is the rate that the new scheduler finds.
  virtual double next_lr(std::size_t group, std::int64_t epoch, double /*lr*/,
                         Where where = {}) const {
    return lr_at(group, epoch, where);
  }

  /// Advances to the next epoch and sets its rates.
  ///
  /// @throws ValueError if a rate is negative or not finite.
  /// @throws IndexError if the schedule has no rate for a group that was added. Rates are unchanged
  ///   after an error.
  void step(Where where = {});
  /// Returns the epoch of the present rates, from 0.
  std::int64_t last_epoch() const noexcept { return last_epoch_; }
  /// Returns the rates that the last step set, by group.
  const std::vector<double>& last_lr() const noexcept { return last_lr_; }

  /// Returns the epoch, the initial rates, and the present rates of the optimiser.
  StateDict state_dict(Where where = {});
  /// Continues from the epoch and the rates in `state`, for a scheduler that was constructed alike.
  ///
  /// Loading sets the rates of the optimiser, so schedulers that were saved together load in any
  /// order. States of version 0.1 have no rates, which are then computed from the epoch. Parts of
  /// such schedulers count from their next step.
  ///
  /// The scheduler and the optimiser are unchanged after an error.
  ///
  /// @throws ValueError if a name is missing or unknown, or a number is out of range.
  void load_state_dict(const StateDict& state, Where where = {});

  /// Returns the optimiser whose rates the schedule sets.
  const Optimizer& optimizer() const noexcept { return *optimizer_; }

 protected:
  /// Constructs a schedule from the initial rates of `optimizer`.
  explicit LRScheduler(Optimizer& optimizer);
  /// Constructs a scheduler that steps others, from their present epochs.
  ///
  /// @throws ValueError if `parts` is empty, a part is null or of another optimiser, or a scheduler
  ///   is part of two.
  LRScheduler(const char* name, const std::vector<std::shared_ptr<LRScheduler>>& parts,
              Where where);

  /// Returns the name of the schedule in messages.
  virtual const char* name() const noexcept = 0;
  /// Returns the schedulers that this one consists of.
  virtual std::vector<LRScheduler*> parts() const { return {}; }
  /// Returns the initial rate of a group.
  ///
  /// @throws IndexError if the schedule has no rate for the group.
  double base_lr(std::size_t group, Where where) const;
  /// Sets the initial rates, here and in the optimiser.
  void set_base_lrs(std::vector<double> lrs, Where where);
  /// Checks that `group` is one of `count` groups.
  ///
  /// @throws IndexError if it is not.
  void require_group(std::size_t group, std::size_t count, Where where) const;
  /// Sets the rates of epoch 0. Each schedule calls it last in its constructor.
  void start(Where where) { step(where); }

  /// The rates of an optimiser.
  struct Rates {
    std::vector<double> lrs;  ///< Learning rates, by group.
    /// Momenta, by group; empty to leave one unchanged.
    std::vector<std::optional<double>> momenta;
  };
  /// The epoch and rates to which a step moves a scheduler.
  struct Move {
    LRScheduler* scheduler;   ///< Scheduler that moves.
    std::int64_t epoch;       ///< Its epoch after the step.
    std::vector<double> lrs;  ///< Its rates after the step, by group.
  };
  /// Computes a step from and to `rates`, and appends the moves of all schedulers that take part.
  ///
  /// The schedulers and the optimiser stay unchanged.
  virtual void plan_step(Rates& rates, std::vector<Move>& moves, Where where);
  /// Calls `plan_step()` of another scheduler.
  static void plan_step_of(LRScheduler& part, Rates& rates, std::vector<Move>& moves, Where where) {
    part.plan_step(rates, moves, where);
  }

 private:
  Rates rates_found();
  void collect(std::vector<const LRScheduler*>& all) const;
  void take_up_new_groups();
  void list_numbers(const std::string& prefix, Settings& numbers);

  Optimizer* optimizer_;
  std::vector<double> base_lrs_;
  std::vector<double> last_lr_;
  std::int64_t last_epoch_ = -1;  // before start()
  bool steps_others_ = false;     // its rates follow from their epochs, not from its own
};

}  // namespace retrograd::optim::lr_scheduler
