/// @file
/// What all optimisers share: groups of parameters with options of their own, state, and both in
/// state dicts.
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
  finite,
  positive,        ///< And finite.
  not_negative,    ///< And finite.
  below_one,       ///< [0, 1).
  up_to_one,       ///< [0, 1].
  positive_count,  ///< 1, 2, ...
};

/// One number by its name, wherever it is kept: options are checked, saved and loaded through
/// these.
struct Setting {
  std::string name;                                   ///< The name.
  std::variant<double*, std::int64_t*, bool*> value;  ///< The function's value.
  Domain domain = Domain::finite;                     ///< The numbers that are allowed.
};
/// Named numbers.
using Settings = std::vector<Setting>;

/// Parameters that share options.
template <class Options>
struct ParameterGroup {
  std::vector<Tensor> parameters;  ///< The parameters.
  Options options;                 ///< The options.
};

/// What an optimiser remembers of one parameter, under the names of `Optimizer::state_names()`.
struct ParameterState {
  std::vector<double> numbers;  ///< Empty before the first step.
  std::vector<Tensor> tensors;  ///< Undefined before use.
  std::vector<Tensor> unused;   ///< Memory for those that the next step begins to use.
};

namespace lr_scheduler {
class LRScheduler;
}

/// The base of all optimisers.
class RETROGRAD_API Optimizer {
 public:
  /// Computes the loss and its gradients.
  using Closure = std::function<Tensor()>;

  /// Constructs it from what the class and its options describe.
  Optimizer() = default;
  virtual ~Optimizer();
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// Changes every parameter that has a gradient. Gradients are only read. Throws, before anything
  /// is changed, as the constructor does when groups were changed to what it would refuse, and
  /// OutOfMemory.
  virtual void step(Where where = {});
  /// Calls `closure`, which computes the loss and its gradients, then step(); returns the loss.
  virtual Tensor step(const Closure& closure, Where where = {});
  /// Drops the gradients of all parameters.
  void zero_grad();

  /// @name What schedulers change
  /// @{

  /// The number of parameter groups.
  virtual std::size_t group_count() const noexcept = 0;
  /// Throw IndexError for a group that is not there, ValueError for numbers out of range.
  double lr(std::size_t group = 0, Where where = {});
  /// Sets a group's learning rate. Throws IndexError or ValueError.
  void set_lr(double lr, std::size_t group = 0, Where where = {});
  /// The option `momentum`, or the first of `betas`; none where there is neither.
  std::optional<double> momentum(std::size_t group = 0, Where where = {});
  /// Sets a group's momentum. Throws IndexError or ValueError.
  void set_momentum(double momentum, std::size_t group = 0, Where where = {});
  /// The learning rate that schedules start from: the one at the first call, or set since.
  double initial_lr(std::size_t group = 0, Where where = {});
  /// Sets the rate that schedules start from.
  void set_initial_lr(double lr, std::size_t group = 0, Where where = {});

  /// All options ("group.0.lr") and all state ("state.0.exp_avg", parameters counted through all
  /// groups). Tensors are handles, numbers copies of dtype float64. Throws as step() does.
  StateDict state_dict(Where where = {});
  /// Throws ShapeError for a tensor that does not fit its parameter, ValueError for names or
  /// options that do not fit the optimiser. When anything is thrown, OutOfMemory included, nothing
  /// has been changed.
  void load_state_dict(const StateDict& state, Where where = {});
  /// @}

 protected:
  /// What state_names() gives.
  struct StateNames {
    std::vector<std::pair<const char*, double>> numbers;  ///< With their values at the start.
    std::vector<const char*> tensors;                     ///< Shaped as the parameter.
    std::size_t always = 0;  ///< So many of the tensors are there after any step.
  };

  /// The closure's loss, recorded whatever the mode here. Throws GraphError for an empty closure.
  Tensor call(const Closure& closure, Where where) const;

  /// The name.
  virtual const char* name() const noexcept = 0;
  /// The parameters.
  virtual std::vector<Tensor>& parameters(std::size_t group) = 0;
  /// All numbers among the options, by name and domain: how they are checked, saved and loaded.
  virtual Settings settings(std::size_t group) = 0;
  /// What is remembered of each parameter.
  virtual StateNames state_names() const { return {}; }
  /// Which of the tensors update() uses with the present options: bit n for tensor n.
  virtual unsigned used_tensors(std::size_t /*group*/) const {
    return (1U << state_names().always) - 1;
  }
  /// One parameter's part of a step. For optimisers that do not override step().
  virtual void update(std::size_t /*group*/, const Tensor& /*parameter*/, const Tensor& /*grad*/,
                      ParameterState& /*state*/) {}
  /// What load_state() found.
  struct LoadedState {
    std::vector<std::string> names;  ///< Of what it read.
    std::function<void()> apply;     ///< Takes it over without allocating; may be empty.
  };
  /// Adds what an optimiser keeps beside the state of single parameters.
  virtual void save_state(StateDict& /*state*/) {}
  /// Checks what save_state() added, and changes nothing.
  virtual LoadedState load_state(const StateDict& /*state*/, Where /*where*/) { return {}; }

  /// Throws GraphError for a parameter that is not a floating leaf, ValueError for one that is
  /// listed twice or shows an element twice, and for no parameters. Frozen leaves are fine: they
  /// get no gradient.
  static void check_parameters(const char* optimizer,
                               const std::vector<const std::vector<Tensor>*>& parameters,
                               Where where);
  /// Whether options differ from those checked last.
  virtual bool options_changed() const { return false; }
  /// Throws ValueError for options that the constructor would refuse.
  virtual void check_options(Where /*where*/) {}
  /// Called when parameters were added, removed or moved since the last step.
  virtual void parameters_changed() {}
  /// Checks groups where they were changed since the last time. State stays with its parameter. For
  /// optimisers that override step().
  void check_changes(Where where);

 private:
  friend class lr_scheduler::LRScheduler;

  struct Owned {
    Tensor parameter;
    ParameterState state;
  };

  static void check_complete(const Frame& call, const StateNames& names,
                             const ParameterState& state, const std::string& prefix);
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

/// Throws ValueError when the setting is out of its domain.
RETROGRAD_API void check_setting(const char* owner, const Setting& setting, Where where);

namespace detail {
RETROGRAD_API void require_single_group(const char* optimizer, std::size_t groups, Where where);
}

/// Options has its optimiser's name, `Options::optimizer`, and lists its settings. It may have
/// check(where) for settings that depend on each other, and a constant `single_group` for an
/// optimiser that takes one group.
template <class Options>
class RETROGRAD_API GroupedOptimizer : public Optimizer {
 public:
  /// Parameters and their options.
  using Group = ParameterGroup<Options>;

  /// Constructs it from what the class and its options describe.
  explicit GroupedOptimizer(std::vector<Tensor> parameters, Options options = {}, Where where = {})
      : GroupedOptimizer(std::vector<Group>{{std::move(parameters), options}}, where) {}

  /// Constructs it from what the class and its options describe.
  explicit GroupedOptimizer(std::vector<Group> groups, Where where = {})
      : groups_(std::move(groups)) {
    const Frame call(Options::optimizer, where);
    check_group_options(groups_, call.where());
    check_group_parameters(groups_, call.where());
  }

  /// Adds a group of parameters with options of its own. Throws as the constructor does, and for
  /// parameters that are in a group already; nothing is changed then.
  void add_param_group(Group group, Where where = {}) {
    const Frame call(Options::optimizer, where);
    std::vector<Group> all = groups_;
    all.push_back(std::move(group));
    check_group_options(all, call.where());
    check_group_parameters(all, call.where());
    groups_ = std::move(all);
  }

  /// Options may be changed between steps, and parameters or groups added and removed; the next
  /// step holds the changes to the rules of the constructor.
  std::vector<Group>& groups() noexcept { return groups_; }
  /// The number of parameter groups.
  std::size_t group_count() const noexcept override { return groups_.size(); }

 protected:
  /// The name.
  const char* name() const noexcept override { return Options::optimizer; }
  /// The parameters.
  std::vector<Tensor>& parameters(std::size_t group) override { return groups_[group].parameters; }
  /// All numbers among the options, by name and domain: how they are checked, saved and loaded.
  Settings settings(std::size_t group) override { return groups_[group].options.settings(); }
  /// The options.
  const Options& options(std::size_t group) const { return groups_[group].options; }

  /// Compares all groups.
  bool options_changed() const override {
    if constexpr (std::equality_comparable<Options>) {
      return !std::equal(
          groups_.begin(), groups_.end(), checked_.begin(), checked_.end(),
          [](const Group& group, const Options& options) { return group.options == options; });
    } else {
      return true;
    }
  }
  /// Checks all groups.
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

/// The optimiser of these options, which updates each parameter by itself. The library has the code
/// of its own ones, so that programs do not compile it again.
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
