/// @file
/// The base of all optimisers: groups of parameters with their options, state, and state dicts.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/state_dict.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::optim {

/// The values that an option may have.
enum class Domain {
  finite,          ///< Any finite number.
  positive,        ///< Finite numbers above 0.
  not_negative,    ///< Finite numbers of at least 0.
  below_one,       ///< Numbers in [0, 1).
  up_to_one,       ///< Numbers in [0, 1].
  positive_count,  ///< Whole numbers 1, 2, ...
};

/// One option by its name. Optimisers check, save and load options through settings.
struct Setting {
  std::string name;                                   ///< Name of the option, such as "lr".
  std::variant<double*, std::int64_t*, bool*> value;  ///< Address of the option.
  Domain domain = Domain::finite;                     ///< Allowed values.
};
/// Several options by name.
using Settings = std::vector<Setting>;

/// Parameters that share options.
template <class Options>
struct ParameterGroup {
  std::vector<Tensor> parameters;  ///< Parameters to optimise.
  Options options;                 ///< Options of these parameters.
};

/// The state of one parameter, named by `Optimizer::state_names()`.
struct ParameterState {
  std::vector<double> numbers;  ///< Numbers such as the step; empty before the first step.
  std::vector<Tensor> tensors;  ///< Tensors such as moments; undefined before use.
  std::vector<Tensor> unused;   ///< Memory for the tensors that the next step begins to use.
};

namespace lr_scheduler {
class LRScheduler;
}

/// The base of all optimisers.
///
/// @code
/// optim::Adam optimizer(model.parameters(), {.lr = 1e-3});
/// for (...) { optimizer.zero_grad(); mse_loss(model(x), y).backward(); optimizer.step(); }
/// @endcode
class RETROGRAD_API Optimizer {
 public:
  /// A function that computes the loss, runs `backward()` on it, and returns it.
  using Closure = std::function<Tensor()>;

  /// Constructs an optimiser without state.
  Optimizer() = default;
  virtual ~Optimizer();
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// Updates each parameter that has a gradient. Gradients are only read.
  ///
  /// @throws ValueError or GraphError if groups were changed to values that the constructor
  ///   refuses.
  /// @throws OutOfMemory if memory for the state is exhausted. Parameters are unchanged after an
  ///   error.
  virtual void step(Where where = {});
  /// Calls `closure`, updates the parameters as `step()` does, and returns the closure's loss.
  ///
  /// @throws GraphError if `closure` is empty.
  virtual Tensor step(const Closure& closure, Where where = {});
  /// Clears the gradients of all parameters.
  void zero_grad();

  /// Returns the number of parameter groups.
  virtual std::size_t group_count() const noexcept = 0;
  /// Returns the learning rate of a group.
  ///
  /// @throws IndexError if there is no such group.
  double lr(std::size_t group = 0, Where where = {});
  /// Sets the learning rate of a group.
  ///
  /// @throws IndexError if there is no such group.
  /// @throws ValueError if `lr` is negative or not finite.
  void set_lr(double lr, std::size_t group = 0, Where where = {});
  /// Returns the option `momentum` of a group, or the first of `betas`, or an empty optional.
  ///
  /// @throws IndexError if there is no such group.
  std::optional<double> momentum(std::size_t group = 0, Where where = {});
  /// Sets the option `momentum` of a group, or the first of `betas`.
  ///
  /// @throws IndexError if there is no such group.
  /// @throws ValueError if `momentum` is out of range, or the optimiser has no such option.
  void set_momentum(double momentum, std::size_t group = 0, Where where = {});
  /// Returns the learning rate from which schedules compute those of later epochs.
  ///
  /// The rate is that of the first call of this function, unless it was set or loaded since.
  ///
  /// @throws IndexError if there is no such group.
  double initial_lr(std::size_t group = 0, Where where = {});
  /// Sets the learning rate from which schedules compute those of later epochs.
  ///
  /// @throws IndexError if there is no such group.
  /// @throws ValueError if `lr` is negative or not finite.
  void set_initial_lr(double lr, std::size_t group = 0, Where where = {});

  /// Returns all options ("group.0.lr") and the state of all parameters ("state.0.exp_avg").
  ///
  /// Parameters are counted through all groups. Tensors are handles; numbers are copies of dtype
  /// float64.
  ///
  /// @throws ValueError or GraphError if groups were changed to values that the constructor
  ///   refuses.
  StateDict state_dict(Where where = {});
  /// Replaces options and state by copies of those in `state`.
  ///
  /// The optimiser is unchanged after an error, OutOfMemory included.
  ///
  /// @throws ShapeError if a tensor has another shape than its parameter.
  /// @throws ValueError if a name is missing or unknown, or an option is out of range.
  void load_state_dict(const StateDict& state, Where where = {});

 protected:
  /// The names of the state of each parameter.
  struct StateNames {
    /// Names of numbers, with their first values.
    std::vector<std::pair<const char*, double>> numbers;
    std::vector<const char*> tensors;  ///< Names of tensors of the parameter's shape.
    std::size_t always = 0;  ///< Number of tensors, from the first, that exist after any step.
  };

  /// Returns the closure's loss, which is recorded even while recording is off.
  ///
  /// @throws GraphError if `closure` is empty.
  Tensor call(const Closure& closure, Where where) const;

  /// Returns the name of the optimiser in messages.
  virtual const char* name() const noexcept = 0;
  /// Returns the parameters of a group.
  virtual std::vector<Tensor>& parameters(std::size_t group) = 0;
  /// Returns the options of a group that are checked, saved and loaded.
  virtual Settings settings(std::size_t group) = 0;
  /// Returns the names of the state of each parameter.
  virtual StateNames state_names() const { return {}; }
  /// Returns a mask of the tensors that `update()` uses with the present options: bit n for tensor
  /// n.
  virtual unsigned used_tensors(std::size_t /*group*/) const {
    return (1U << state_names().always) - 1;
  }
  /// Updates one parameter. Optimisers that override `step()` need no `update()`.
  virtual void update(std::size_t /*group*/, const Tensor& /*parameter*/, const Tensor& /*grad*/,
                      ParameterState& /*state*/) {}
  /// The result of `load_state()`.
  struct LoadedState {
    std::vector<std::string> names;  ///< Names that were read.
    /// Function that replaces the state without allocating; may be empty.
    std::function<void()> apply;
  };
  /// Adds the state that belongs to no single parameter.
  virtual void save_state(StateDict& /*state*/) {}
  /// Checks and reads the state that `save_state()` added, without changing the optimiser.
  virtual LoadedState load_state(const StateDict& /*state*/, Where /*where*/) { return {}; }

  /// Checks the parameters of all groups. Frozen leaves are allowed, and get no gradient.
  ///
  /// @throws GraphError if a parameter is not a floating leaf.
  /// @throws ValueError if a parameter is listed twice, several of its elements share memory, or
  ///   there are no parameters.
  static void check_parameters(const char* optimizer,
                               const std::vector<const std::vector<Tensor>*>& parameters,
                               Where where);
  /// Returns whether options differ from those checked last.
  virtual bool options_changed() const { return false; }
  /// Checks the options of all groups.
  ///
  /// @throws ValueError if an option has a value that the constructor refuses.
  virtual void check_options(Where /*where*/) {}
  /// Updates an optimiser after parameters were added, removed or moved since the last step.
  virtual void parameters_changed() {}
  /// Checks groups that changed since the last check, for optimisers that override `step()`.
  ///
  /// State stays with its parameter.
  ///
  /// @throws ValueError or GraphError if groups were changed to values that the constructor
  ///   refuses.
  void check_changes(Where where);

 private:
  friend class lr_scheduler::LRScheduler;

  struct Owned {
    Tensor parameter;
    ParameterState state;
  };

  static void check_complete(const Frame& call, const StateNames& names,
                             const ParameterState& state, std::size_t index);
  std::size_t checked_group(const Frame& call, std::size_t group) const;
  Setting setting(std::size_t group, const char* wanted);
  Setting momentum_setting(std::size_t group);
  // Sets learning rates, and momenta where there are any, of all groups or of none.
  void set_rates(const Frame& call, const std::vector<double>& lrs,
                 const std::vector<std::optional<double>>& momenta);
  bool knows_all_parameters();
  void keep_states();
  void prepare_step(const StateNames& names);

  std::vector<std::vector<Owned>> owned_;           // by group, as checked last
  std::vector<std::optional<double>> initial_lrs_;  // by group
};

/// Checks that a setting is within its domain.
///
/// @throws ValueError if it is not. The message begins with `owner`.
RETROGRAD_API void check_setting(const char* owner, const Setting& setting, Where where);

namespace detail {
RETROGRAD_API void require_single_group(const char* optimizer, std::size_t groups, Where where);
}

/// An optimiser of one or several groups of parameters, each with its `Options`.
///
/// `Options` has the constant `optimizer`, the name, and the function `settings()`. Two members are
/// optional: `check(where)` for settings that depend on each other, and the constant `single_group`
/// for an optimiser that takes one group.
///
/// @code
/// optim::SGD optimizer(std::vector<optim::SGD::Group>{{features.parameters(), {.lr = 1e-3}},
///                                                     {head.parameters(), {.lr = 1e-2}}});
/// @endcode
template <class Options>
class RETROGRAD_API GroupedOptimizer : public Optimizer {
 public:
  /// Parameters and their options.
  using Group = ParameterGroup<Options>;

  /// Constructs an optimiser of one group.
  ///
  /// @throws ValueError if an option is out of range, `parameters` is empty, a parameter is listed
  ///   twice, or several of its elements share memory.
  /// @throws GraphError if a parameter is not a floating leaf.
  explicit GroupedOptimizer(std::vector<Tensor> parameters, Options options = {}, Where where = {})
      : GroupedOptimizer(std::vector<Group>{{std::move(parameters), options}}, where) {}

  /// Constructs an optimiser of several groups.
  ///
  /// @throws ValueError if an option is out of range, there are no parameters, a parameter is
  ///   listed twice, or several of its elements share memory. Optimisers that take one group refuse
  ///   others.
  /// @throws GraphError if a parameter is not a floating leaf.
  explicit GroupedOptimizer(std::vector<Group> groups, Where where = {})
      : groups_(std::move(groups)) {
    const Frame call(Options::optimizer, where);
    check_group_options(groups_, call.where());
    check_group_parameters(groups_, call.where());
  }

  /// Adds a group of parameters with its options. The groups are unchanged after an error.
  ///
  /// @throws ValueError or GraphError as the constructor does, or if a parameter is in a group
  ///   already.
  void add_param_group(Group group, Where where = {}) {
    const Frame call(Options::optimizer, where);
    std::vector<Group> all = groups_;
    all.push_back(std::move(group));
    check_group_options(all, call.where());
    check_group_parameters(all, call.where());
    groups_ = std::move(all);
  }

  /// Returns the groups, which may be changed between steps.
  ///
  /// The next step checks changes of options, parameters and groups by the rules of the
  /// constructor.
  std::vector<Group>& groups() noexcept { return groups_; }
  /// Returns the number of parameter groups.
  std::size_t group_count() const noexcept override { return groups_.size(); }

 protected:
  /// Returns `Options::optimizer`.
  const char* name() const noexcept override { return Options::optimizer; }
  /// Returns the parameters of a group.
  std::vector<Tensor>& parameters(std::size_t group) override { return groups_[group].parameters; }
  /// Returns the options of a group that are checked, saved and loaded.
  Settings settings(std::size_t group) override { return groups_[group].options.settings(); }
  /// Returns the options of a group.
  const Options& options(std::size_t group) const { return groups_[group].options; }

  /// Returns whether the options of any group differ from those checked last.
  bool options_changed() const override {
    if constexpr (std::equality_comparable<Options>) {
      return !std::equal(
          groups_.begin(), groups_.end(), checked_.begin(), checked_.end(),
          [](const Group& group, const Options& options) { return group.options == options; });
    } else {
      return true;
    }
  }
  /// Checks the options of all groups.
  ///
  /// @throws ValueError if an option has a value that the constructor refuses.
  void check_options(Where where) override {
    check_group_options(groups_, where);
    std::vector<Options> checked;
    for (const Group& group : groups_) {
      checked.push_back(group.options);
    }
    checked_ = std::move(checked);
  }

 private:
  static void check_group_options(std::vector<Group>& groups, Where where) {
    if constexpr (requires { Options::single_group; }) {
      detail::require_single_group(Options::optimizer, groups.size(), where);
    }
    for (Group& group : groups) {
      for (const Setting& setting : group.options.settings()) {
        check_setting(Options::optimizer, setting, where);
      }
      if constexpr (requires { group.options.check(where); }) {
        group.options.check(where);
      }
    }
  }
  static void check_group_parameters(const std::vector<Group>& groups, Where where) {
    std::vector<const std::vector<Tensor>*> lists;
    lists.reserve(groups.size());
    for (const Group& group : groups) {
      lists.push_back(&group.parameters);
    }
    check_parameters(Options::optimizer, lists, where);
  }

  std::vector<Group> groups_;
  std::vector<Options> checked_;  // by group
};

/// The optimiser that `Options` describes, which updates each parameter separately.
///
/// The library contains the code for its own options, so programs do not compile it again.
template <class Options>
class RETROGRAD_API OptimizerOf : public GroupedOptimizer<Options> {
 public:
  using GroupedOptimizer<Options>::GroupedOptimizer;

 protected:
  Optimizer::StateNames state_names() const override;
  unsigned used_tensors(std::size_t group) const override {
    if constexpr (requires(const Options& options) { options.used_tensors(); }) {
      return this->options(group).used_tensors();
    } else {
      return Optimizer::used_tensors(group);
    }
  }
  void update(std::size_t group, const Tensor& parameter, const Tensor& grad,
              ParameterState& state) override;
};

}  // namespace retrograd::optim
