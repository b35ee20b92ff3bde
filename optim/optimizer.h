// What all optimisers share: groups of parameters with options of their own, state, and both in
// state dicts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/state_dict.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::optim {

// The values that an option may have.
enum class Domain {
  finite,
  positive,        // and finite
  not_negative,    // and finite
  below_one,       // [0, 1)
  up_to_one,       // [0, 1]
  positive_count,  // 1, 2, ...
};

// One number by its name, wherever it is kept: options are checked, saved and loaded through these.
struct Setting {
  std::string name;
  std::variant<double*, std::int64_t*, bool*> value;
  Domain domain = Domain::finite;
};
using Settings = std::vector<Setting>;

template <class Options>
struct ParameterGroup {
  std::vector<Tensor> parameters;
  Options options;
};

// What an optimiser remembers of one parameter, under the names of Optimizer::state_names().
struct ParameterState {
  std::vector<double> numbers;  // empty before the first step
  std::vector<Tensor> tensors;  // undefined before use
};

class RETROGRAD_API Optimizer {
 public:
  using Closure = std::function<Tensor()>;

  Optimizer() = default;
  virtual ~Optimizer();
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  // Changes every parameter that has a gradient. Gradients are only read.
  virtual void step(Where where = {});
  // Calls `closure`, which computes the loss and its gradients, then step(); returns the loss.
  virtual Tensor step(const Closure& closure, Where where = {});
  // Drops the gradients of all parameters.
  void zero_grad();

  // --- what schedulers change ---
  virtual std::size_t group_count() const noexcept = 0;
  // Throw IndexError for a group that is not there, ValueError for numbers out of range.
  double lr(std::size_t group = 0, Where where = {});
  void set_lr(double lr, std::size_t group = 0, Where where = {});
  // The option `momentum`, or the first of `betas`; none where there is neither.
  std::optional<double> momentum(std::size_t group = 0, Where where = {});
  void set_momentum(double momentum, std::size_t group = 0, Where where = {});
  // The learning rate that schedules start from: the one at the first call, or set since.
  double initial_lr(std::size_t group = 0, Where where = {});
  void set_initial_lr(double lr, std::size_t group = 0, Where where = {});

  // All options ("group.0.lr") and all state ("state.0.exp_avg", parameters counted through all
  // groups). Tensors are handles, numbers copies of dtype float64.
  StateDict state_dict();
  // Throws ShapeError for a tensor that does not fit its parameter, ValueError for names or options
  // that do not fit the optimiser; nothing is changed then.
  void load_state_dict(const StateDict& state, Where where = {});

 protected:
  struct StateNames {
    std::vector<std::pair<const char*, double>> numbers;  // with their values at the start
    std::vector<const char*> tensors;                     // shaped as the parameter
    std::size_t always = 0;  // so many of the tensors are there after any step
  };

  // The closure's loss, recorded whatever the mode here. Throws GraphError for an empty closure.
  Tensor call(const Closure& closure, Where where) const;

  virtual const char* name() const noexcept = 0;
  virtual std::vector<Tensor>& parameters(std::size_t group) = 0;
  virtual Settings settings(std::size_t group) = 0;
  virtual StateNames state_names() const { return {}; }
  // One parameter's part of a step. For optimisers that do not override step().
  virtual void update(std::size_t /*group*/, const Tensor& /*parameter*/, const Tensor& /*grad*/,
                      ParameterState& /*state*/) {}
  // State beside that of single parameters. `load` first checks it all; `apply` says whether to
  // take it over then. Gives the names that it knows.
  virtual void save_state(StateDict& /*state*/) {}
  virtual std::vector<std::string> load_state(const StateDict& /*state*/, bool /*apply*/,
                                              Where /*where*/) {
    return {};
  }

  // Throws GraphError for a parameter that is not a floating leaf, ValueError for one that is
  // listed twice or shows an element twice, and for settings out of their domains. Frozen leaves
  // are fine: they get no gradient.
  static void check_groups(const char* optimizer,
                           const std::vector<const std::vector<Tensor>*>& parameters,
                           const std::vector<Settings>& settings, Where where);

 private:
  static void check_complete(const StateNames& names, const ParameterState& state,
                             const std::string& prefix, Where where);
  std::size_t checked_group(const char* call, std::size_t group, Where where) const;
  Setting setting(std::size_t group, const char* wanted);
  std::vector<ParameterState>& states(std::size_t group);

  std::vector<std::vector<ParameterState>> states_;  // by group and parameter
  std::vector<std::optional<double>> initial_lrs_;   // by group
};

// Throws ValueError when the setting is out of its domain.
RETROGRAD_API void check_setting(const char* owner, const Setting& setting, Where where);

// Options has its optimiser's name, `Options::optimizer`, and lists its settings.
template <class Options>
class GroupedOptimizer : public Optimizer {
 public:
  using Group = ParameterGroup<Options>;

  explicit GroupedOptimizer(std::vector<Tensor> parameters, Options options = {}, Where where = {})
      : GroupedOptimizer(std::vector<Group>{{std::move(parameters), options}}, where) {}

  explicit GroupedOptimizer(std::vector<Group> groups, Where where = {})
      : groups_(std::move(groups)) {
    std::vector<const std::vector<Tensor>*> lists;
    std::vector<Settings> settings;
    for (Group& group : groups_) {
      lists.push_back(&group.parameters);
      settings.push_back(group.options.settings());
      if constexpr (requires { group.options.check(where); }) {
        group.options.check(where);
      }
    }
    check_groups(Options::optimizer, lists, settings, where);
  }

  // Options may be changed between steps, and parameters or groups added at the end.
  std::vector<Group>& groups() noexcept { return groups_; }
  std::size_t group_count() const noexcept override { return groups_.size(); }

 protected:
  const char* name() const noexcept override { return Options::optimizer; }
  std::vector<Tensor>& parameters(std::size_t group) override { return groups_[group].parameters; }
  Settings settings(std::size_t group) override { return groups_[group].options.settings(); }
  const Options& options(std::size_t group) const { return groups_[group].options; }

 private:
  std::vector<Group> groups_;
};

}  // namespace retrograd::optim
