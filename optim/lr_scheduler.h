/// @file
/// Learning rates that change from epoch to epoch, under PyTorch's names.
///
/// @code
/// optim::SGD optimizer(model.parameters(), {.lr = 0.1});
/// optim::lr_scheduler::StepLR scheduler(optimizer, {.step_size = 30});
/// for (...) { /* the optimiser's steps of an epoch */; scheduler.step(); }
/// @endcode
///
/// A new scheduler sets the rates of epoch 0. The optimiser must outlive its schedulers.
///
/// Several schedulers of one optimiser compose as in PyTorch 2, in the order of their steps. A step
/// of a chainable scheduler changes the present rate:
///
/// @code
/// ConstantLR warm_up(optimizer, {.factor = 0.1, .total_iters = 2});
/// ExponentialLR decay(optimizer, {.gamma = 0.9});
/// for (...) { ...; warm_up.step(); decay.step(); }
/// // times the initial rate: 0.1, 0.09, 0.81, 0.729, ...
/// @endcode
///
/// - Chainable: StepLR, MultiStepLR, ConstantLR, LinearLR, ExponentialLR, PolynomialLR and
///   CosineAnnealingLR. They scale the present rate, also one that was set by hand. A scheduler
///   that finds the rate that it set computes the next one from the initial rate, so rounding
///   errors do not accumulate. A scheduler whose factor was 0 starts again from the initial rate.
/// - Closed form: CosineAnnealingWarmRestarts, OneCycleLR, LambdaLR, and classes derived from
///   LRScheduler that do not override `next_lr()`. They set a function of the initial rate and the
///   epoch. Changes by other schedulers and by hand last until their next step.
///
/// Chainable schedulers also change groups that were added later. The others throw IndexError.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/optim/optimizer.h>
#include <retrograd/optim/scheduler.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/frame.h>

namespace retrograd::optim::lr_scheduler {

/// One number for all groups of an optimiser, or one for each.
class RETROGRAD_API PerGroup {
 public:
  /// Constructs one number for all groups.
  PerGroup(double value) : values_{value} {}
  /// Constructs one number for each group.
  PerGroup(std::vector<double> values) : values_(std::move(values)), one_for_all_(false) {}

  /// Returns one number for each of `groups` groups.
  ///
  /// @throws ValueError if there is another number of them, or one is out of its domain. The
  ///   message begins with `owner` and `name`.
  std::vector<double> checked(const char* owner, const char* name, Domain domain,
                              std::size_t groups, Where where) const;

 private:
  std::vector<double> values_;
  bool one_for_all_ = true;
};

/// A schedule that its options describe; `Options::scheduler` is its name.
///
/// Options are chainable if they have one of these:
/// - `factor_at(epoch)`, the factor of the initial rate;
/// - `lr(base, epoch)` and `next_lr(base, epoch, lr)`, the rate after the rate `lr`.
///
/// Options with `lr(base, epoch)` alone are a closed form.
template <class Options>
class Schedule : public LRScheduler {
 public:
  /// Constructs the schedule and sets the rates of epoch 0.
  ///
  /// @throws ValueError if an option is out of range.
  explicit Schedule(Optimizer& optimizer, Options options = {}, Where where = {})
      : LRScheduler(optimizer), options_(std::move(options)) {
    const Frame call(Options::scheduler, where);
    for (const Setting& setting : options_.settings()) {
      check_setting(Options::scheduler, setting, call.where());
    }
    start(call.where());
  }

  /// Returns the learning rate of a group at an epoch from 0, if no other scheduler changes it.
  ///
  /// @throws IndexError if the schedule has no rate for the group.
  double lr_at(std::size_t group, std::int64_t epoch, Where where = {}) const override {
    const double base = base_lr(group, where);
    if constexpr (kHasFactor) {
      return base * options_.factor_at(epoch);
    } else {
      return options_.lr(base, epoch);
    }
  }
  /// Returns the learning rate at an epoch of an optimiser that has rate `lr` at the epoch before.
  ///
  /// @throws IndexError if the schedule has no rate for the group.
  double next_lr(std::size_t group, std::int64_t epoch, double lr,
                 Where where = {}) const override {
    const double base = base_lr(group, where);
    const double own = epoch > 0 ? lr_at(group, epoch - 1, where) : base;
    if constexpr (kHasFactor) {
      const double before = epoch > 0 ? options_.factor_at(epoch - 1) : 1;
      if (lr != own && before != 0) {
        return lr * (options_.factor_at(epoch) / before);
      }
    } else if constexpr (requires { options_.next_lr(base, epoch, lr); }) {
      if (lr != own) {
        return options_.next_lr(base, epoch, lr);
      }
    }
    return lr_at(group, epoch, where);
  }
  /// Returns the options.
  const Options& options() const noexcept { return options_; }

 protected:
  const char* name() const noexcept override { return Options::scheduler; }

 private:
  static constexpr bool kHasFactor = requires(const Options& options) { options.factor_at(0); };

  Options options_;
};

/// Options of `StepLR`, given as `{.name = value}`.
struct RETROGRAD_API StepLROptions {
  std::int64_t step_size = 0;  ///< Epochs between two changes, >= 1; must be given.
  double gamma = 0.1;          ///< Factor of each change, >= 0.
  static constexpr const char* scheduler = "StepLR";  ///< Name of the schedule in messages.
  /// Returns the numbers and flags among the options, with their names and domains.
  Settings settings();
  /// Returns the factor of the initial learning rate at `epoch`.
  double factor_at(std::int64_t epoch) const;
};
/// A schedule that multiplies the rate by `gamma` every `step_size` epochs:
/// `lr gamma^floor(epoch / step_size)`.
///
/// @code
/// optim::lr_scheduler::StepLR scheduler(optimizer, {.step_size = 30, .gamma = 0.1});
/// @endcode
using StepLR = Schedule<StepLROptions>;

/// Options of `MultiStepLR`, given as `{.name = value}`.
struct RETROGRAD_API MultiStepLROptions {
  /// Epochs of the changes in any order, >= 0; must be given.
  std::vector<std::int64_t> milestones = {};
  double gamma = 0.1;                                      ///< Factor of each change, >= 0.
  static constexpr const char* scheduler = "MultiStepLR";  ///< Name of the schedule in messages.
  /// Returns the numbers and flags among the options, with their names and domains.
  Settings settings();
  /// Returns the factor of the initial learning rate at `epoch`.
  double factor_at(std::int64_t epoch) const;
};
/// A schedule that multiplies the rate by `gamma` at each milestone.
///
/// @code
/// optim::lr_scheduler::MultiStepLR scheduler(optimizer, {.milestones = {30, 80}});
/// @endcode
using MultiStepLR = Schedule<MultiStepLROptions>;

/// Options of `ConstantLR`, given as `{.name = value}`; omitted ones keep their defaults.
struct RETROGRAD_API ConstantLROptions {
  double factor = 1.0 / 3;       ///< Factor before epoch `total_iters`, in [0, 1].
  std::int64_t total_iters = 5;  ///< Number of epochs with the factor, >= 0.
  static constexpr const char* scheduler = "ConstantLR";  ///< Name of the schedule in messages.
  /// Returns the numbers and flags among the options, with their names and domains.
  Settings settings();
  /// Returns the factor of the initial learning rate at `epoch`.
  double factor_at(std::int64_t epoch) const;
};
/// A schedule that multiplies the rate by `factor` before epoch `total_iters`.
///
/// @code
/// optim::lr_scheduler::ConstantLR scheduler(optimizer, {.factor = 0.1, .total_iters = 2});
/// @endcode
using ConstantLR = Schedule<ConstantLROptions>;

/// Options of `LinearLR`, given as `{.name = value}`; omitted ones keep their defaults.
struct RETROGRAD_API LinearLROptions {
  double start_factor = 1.0 / 3;  ///< Factor at epoch 0, in [0, 1].
  double end_factor = 1;          ///< Factor from epoch `total_iters` on, in [0, 1].
  std::int64_t total_iters = 5;   ///< Number of epochs between the two, >= 1.
  static constexpr const char* scheduler = "LinearLR";  ///< Name of the schedule in messages.
  /// Returns the numbers and flags among the options, with their names and domains.
  Settings settings();
  /// Returns the factor of the initial learning rate at `epoch`.
  double factor_at(std::int64_t epoch) const;
};
/// A schedule that multiplies the rate by a factor that moves linearly from `start_factor` to
/// `end_factor`.
///
/// The factor at an epoch e up to T = `total_iters` is
/// `start_factor + (end_factor - start_factor) e / T`; later it stays.
///
/// @code
/// optim::lr_scheduler::LinearLR scheduler(optimizer, {.start_factor = 0.01, .total_iters = 5});
/// @endcode
using LinearLR = Schedule<LinearLROptions>;

/// Options of `ExponentialLR`, given as `{.name = value}`.
struct RETROGRAD_API ExponentialLROptions {
  double gamma = -1;  ///< Factor of each epoch, >= 0; must be given.
  static constexpr const char* scheduler = "ExponentialLR";  ///< Name of the schedule in messages.
  /// Returns the numbers and flags among the options, with their names and domains.
  Settings settings();
  /// Returns the factor of the initial learning rate at `epoch`.
  double factor_at(std::int64_t epoch) const;
};
/// A schedule that multiplies the rate by `gamma` every epoch: `lr gamma^epoch`.
///
/// @code
/// optim::lr_scheduler::ExponentialLR scheduler(optimizer, {.gamma = 0.9});
/// @endcode
using ExponentialLR = Schedule<ExponentialLROptions>;

/// Options of `PolynomialLR`, given as `{.name = value}`; omitted ones keep their defaults.
struct RETROGRAD_API PolynomialLROptions {
  std::int64_t total_iters = 5;  ///< Number of epochs until the rate is 0, >= 1.
  double power = 1;              ///< Exponent, >= 0.
  static constexpr const char* scheduler = "PolynomialLR";  ///< Name of the schedule in messages.
  /// Returns the numbers and flags among the options, with their names and domains.
  Settings settings();
  /// Returns the factor of the initial learning rate at `epoch`.
  double factor_at(std::int64_t epoch) const;
};
/// A schedule that multiplies the rate by `(1 - epoch / total_iters)^power`, and by `0^power` from
/// epoch `total_iters` on.
///
/// @code
/// optim::lr_scheduler::PolynomialLR scheduler(optimizer, {.total_iters = 50, .power = 0.9});
/// @endcode
using PolynomialLR = Schedule<PolynomialLROptions>;

/// Options of `CosineAnnealingLR`, given as `{.name = value}`; omitted ones keep their defaults.
struct RETROGRAD_API CosineAnnealingLROptions {
  std::int64_t T_max = 0;  ///< Epochs of half a cosine, >= 1; must be given.
  double eta_min = 0;      ///< Smallest rate, >= 0.
  /// Name of the schedule in messages.
  static constexpr const char* scheduler = "CosineAnnealingLR";
  /// Returns the numbers and flags among the options, with their names and domains.
  Settings settings();
  /// Returns the rate at `epoch` for the initial rate `base`.
  double lr(double base, std::int64_t epoch) const;
  /// Returns the rate at `epoch` of an optimiser that has rate `lr` at the epoch before.
  double next_lr(double base, std::int64_t epoch, double lr) const;
};
/// A schedule that moves the rate along a cosine (Loshchilov and Hutter, "SGDR: stochastic gradient
/// descent with warm restarts", 2017).
///
/// The rate decreases from the initial one to `eta_min` at epoch `T_max`, then rises again, and so
/// on:
/// @code
/// eta_min + (lr - eta_min) (1 + cos(pi epoch / T_max)) / 2
/// @endcode
/// In a chain, the distance of the present rate from `eta_min` changes by the factors of this
/// formula.
///
/// @code
/// optim::lr_scheduler::CosineAnnealingLR scheduler(optimizer, {.T_max = 90});
/// @endcode
using CosineAnnealingLR = Schedule<CosineAnnealingLROptions>;

/// Options of `CosineAnnealingWarmRestarts`, given as `{.name = value}`; omitted ones keep their
/// defaults.
struct RETROGRAD_API CosineAnnealingWarmRestartsOptions {
  std::int64_t T_0 = 0;     ///< Epochs before the first restart, >= 1; must be given.
  std::int64_t T_mult = 1;  ///< Factor of the epochs between restarts, >= 1.
  double eta_min = 0;       ///< Rate towards which each period decreases, >= 0.
  /// Name of the schedule in messages.
  static constexpr const char* scheduler = "CosineAnnealingWarmRestarts";
  /// Returns the numbers and flags among the options, with their names and domains.
  Settings settings();
  /// Returns the rate at `epoch` for the initial rate `base`.
  double lr(double base, std::int64_t epoch) const;
};
/// A schedule that decreases the rate along half a cosine and restarts it (Loshchilov and Hutter,
/// 2017).
///
/// Periods have `T_0`, `T_0 T_mult`, `T_0 T_mult^2`, ... epochs. At epoch e of a period of T epochs
/// the rate is
/// @code
/// eta_min + (lr - eta_min) (1 + cos(pi e / T)) / 2
/// @endcode
///
/// @code
/// optim::lr_scheduler::CosineAnnealingWarmRestarts scheduler(optimizer, {.T_0 = 10, .T_mult = 2});
/// @endcode
using CosineAnnealingWarmRestarts = Schedule<CosineAnnealingWarmRestartsOptions>;

/// A schedule that multiplies the initial rate by a function of the epoch.
///
/// @code
/// const auto decay = [](std::int64_t epoch) { return 1.0 / (1 + epoch); };
/// optim::lr_scheduler::LambdaLR scheduler(optimizer, decay);
/// @endcode
class RETROGRAD_API LambdaLR : public LRScheduler {
 public:
  /// A function that returns the factor of the initial rate at an epoch.
  using Factor = std::function<double(std::int64_t epoch)>;

  /// Constructs a schedule with one function for all groups.
  ///
  /// @throws ValueError if `factor` is empty.
  LambdaLR(Optimizer& optimizer, Factor factor, Where where = {});
  /// Constructs a schedule with one function for each group.
  ///
  /// @throws ValueError if there is another number of functions than of groups, or one is empty.
  LambdaLR(Optimizer& optimizer, std::vector<Factor> factors, Where where = {});
  double lr_at(std::size_t group, std::int64_t epoch, Where where = {}) const override;

 protected:
  const char* name() const noexcept override { return "LambdaLR"; }

 private:
  std::vector<Factor> factors_;
};

/// Schedules one after another; each ends at a milestone, where the next one begins.
///
/// Each schedule counts its epochs from its own start, at which the initial rate applies, as in
/// PyTorch. For a warm-up:
///
/// @code
/// SequentialLR(optimizer, {std::make_shared<LinearLR>(optimizer),
///                          std::make_shared<CosineAnnealingLR>(optimizer, ...)}, {5})
/// @endcode
class RETROGRAD_API SequentialLR : public LRScheduler {
 public:
  /// Constructs a sequence of schedules and sets the rates of epoch 0.
  ///
  /// @throws ValueError if a schedule is null or of another optimiser, or `milestones` do not
  ///   ascend from 1 or are not one fewer than the schedules.
  SequentialLR(Optimizer& optimizer, std::vector<std::shared_ptr<LRScheduler>> schedulers,
               std::vector<std::int64_t> milestones, Where where = {});
  double lr_at(std::size_t group, std::int64_t epoch, Where where = {}) const override;
  std::optional<double> momentum_at(std::size_t group, std::int64_t epoch,
                                    Where where = {}) const override;
  /// Returns the learning rate at an epoch of an optimiser that has rate `lr` at the epoch before.
  double next_lr(std::size_t group, std::int64_t epoch, double lr, Where where = {}) const override;

 protected:
  const char* name() const noexcept override { return "SequentialLR"; }
  std::vector<LRScheduler*> parts() const override;
  void plan_step(Rates& rates, std::vector<Move>& moves, Where where) override;

 private:
  std::pair<LRScheduler*, std::int64_t> part_at(std::int64_t epoch) const;

  std::vector<std::shared_ptr<LRScheduler>> schedulers_;
  std::vector<std::int64_t> milestones_;
};

/// Several schedulers of one optimiser that step together, in their order.
///
/// @code
/// ChainedScheduler({std::make_shared<ConstantLR>(optimizer),
///                   std::make_shared<ExponentialLR>(optimizer, ...)})
/// @endcode
class RETROGRAD_API ChainedScheduler : public LRScheduler {
 public:
  /// Constructs a chain of schedulers, from their present epochs.
  ///
  /// @throws ValueError if `schedulers` is empty, one is null or of another optimiser, or one
  ///   appears twice, also as a part of another.
  explicit ChainedScheduler(std::vector<std::shared_ptr<LRScheduler>> schedulers, Where where = {});
  /// Returns the rate after `epoch` steps of new schedulers, which are computed one by one.
  double lr_at(std::size_t group, std::int64_t epoch, Where where = {}) const override;
  /// Returns the momentum of the last scheduler that changes momentum, or an empty optional.
  std::optional<double> momentum_at(std::size_t group, std::int64_t epoch,
                                    Where where = {}) const override;
  /// Returns the learning rate at an epoch of an optimiser that has rate `lr` at the epoch before.
  double next_lr(std::size_t group, std::int64_t epoch, double lr, Where where = {}) const override;

 protected:
  const char* name() const noexcept override { return "ChainedScheduler"; }
  std::vector<LRScheduler*> parts() const override;
  void plan_step(Rates& rates, std::vector<Move>& moves, Where where) override;

 private:
  std::vector<std::shared_ptr<LRScheduler>> schedulers_;
};

}  // namespace retrograd::optim::lr_scheduler
