/// @file
/// The base of the learning rate schedulers in lr_scheduler.h.
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
class RETROGRAD_API LRScheduler {
 public:
  virtual ~LRScheduler();
  LRScheduler(const LRScheduler&) = delete;
  LRScheduler& operator=(const LRScheduler&) = delete;

  /// The rate of a group at an epoch, counted from 0, if no other scheduler changes it.
  virtual double lr_at(std::size_t group, std::int64_t epoch, Where where = {}) const = 0;
  /// None for schedules that leave momentum alone.
  virtual std::optional<double> momentum_at(std::size_t /*group*/, std::int64_t /*epoch*/,
                                            Where /*where*/ = {}) const {
    return {};
  }
  /// The rate at an epoch for an optimiser that has rate `lr` at the epoch before. For epoch 0,
  /// `lr` is the rate that the new scheduler finds.
  virtual double next_lr(std::size_t group, std::int64_t epoch, double /*lr*/,
                         Where where = {}) const {
    return lr_at(group, epoch, where);
  }

  /// Goes to the next epoch. Throws ValueError, and changes nothing, for a rate that is negative or
  /// not finite.
  void step(Where where = {});
  /// The epoch that the rates belong to, from 0.
  std::int64_t last_epoch() const noexcept { return last_epoch_; }
  /// The rates that the last step set, by group.
  const std::vector<double>& last_lr() const noexcept { return last_lr_; }

  /// The epoch, the first rates, and the rates that the optimiser has now; a scheduler made alike
  /// goes on from there. Loading sets these rates, so schedulers of one optimiser that were saved
  /// together may be loaded in any order. States of version 0.1 have no rates: these are computed
  /// from the epoch, and parts count from their next step. Throws ValueError for names or numbers
  /// that do not fit. When anything is thrown, nothing has been changed.
  StateDict state_dict(Where where = {});
  /// Takes over what state_dict() gave. Throws ValueError for what does not fit.
  void load_state_dict(const StateDict& state, Where where = {});

  /// The optimiser; among options, its name in messages.
  const Optimizer& optimizer() const noexcept { return *optimizer_; }

 protected:
  /// Constructs it from what the class and its options describe.
  explicit LRScheduler(Optimizer& optimizer);
  /// For a scheduler that steps others, from where they are. Throws ValueError for no part, one
  /// that is null or of another optimiser, and for a scheduler that is part of two.
  LRScheduler(const char* name, const std::vector<std::shared_ptr<LRScheduler>>& parts,
              Where where);

  /// The name.
  virtual const char* name() const noexcept = 0;
  /// The schedulers that this one is made of.
  virtual std::vector<LRScheduler*> parts() const { return {}; }
  /// The rate that the optimiser had at first. Throws IndexError.
  double base_lr(std::size_t group, Where where) const;
  /// Sets the rates that groups start from.
  void set_base_lrs(std::vector<double> lrs, Where where);
  /// Throws IndexError for a group beyond those that the scheduler was made for.
  void require_group(std::size_t group, std::size_t count, Where where) const;
  /// Sets the rates of epoch 0. The last call in the constructor of every schedule.
  void start(Where where) { step(where); }

  /// What the optimiser has, by group.
  struct Rates {
    std::vector<double> lrs;                     ///< By group.
    std::vector<std::optional<double>> momenta;  ///< None: to be left alone.
  };
  /// Where a scheduler goes in a step.
  struct Move {
    LRScheduler* scheduler;   ///< The schedule's name in messages.
    std::int64_t epoch;       ///< Where it is then.
    std::vector<double> lrs;  ///< By group.
  };
  /// Computes a step from and to `rates` and appends the moves of all schedulers that take part;
  /// changes nothing else.
  virtual void plan_step(Rates& rates, std::vector<Move>& moves, Where where);
  /// plan_step() of another scheduler.
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
