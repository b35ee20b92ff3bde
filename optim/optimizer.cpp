#include <retrograd/optim/optimizer.h>

#include <algorithm>
#include <unordered_map>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/optim/detail/parameters.h>
#include <retrograd/optim/detail/settings.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::optim {

using namespace detail;

namespace {

void check_momentum(const Frame& call, const char* optimizer, const Setting& found,
                    double momentum) {
  check::require<ValueError>(call, !found.name.empty(), {}, "{} has no momentum [momentum-missing]",
                             optimizer);
  check_setting(call, {"momentum", &momentum, found.domain});
}

}  // namespace

void check_setting(const char* owner, const Setting& setting, Where where) {
  detail::check_setting(Frame(owner, where), setting);
}

Optimizer::~Optimizer() = default;

void Optimizer::check_parameters(const char* optimizer,
                                 const std::vector<const std::vector<Tensor>*>& parameters,
                                 Where where) {
  detail::check_parameters(Frame(optimizer, where), parameters);
}

bool Optimizer::knows_all_parameters() {
  if (owned_.size() != group_count()) {
    return false;
  }
  for (std::size_t g = 0; g < owned_.size(); ++g) {
    const std::vector<Tensor>& now = parameters(g);
    const bool same =
        std::equal(now.begin(), now.end(), owned_[g].begin(), owned_[g].end(),
                   [](const Tensor& parameter, const Owned& owned) {
                     return parameter.impl_or_null() == owned.parameter.impl_or_null();
                   });
    if (!same) {
      return false;
    }
  }
  return true;
}

void Optimizer::keep_states() {
  std::unordered_map<const void*, const ParameterState*> known;
  for (const auto& group : owned_) {
    for (const Owned& owned : group) {
      known.emplace(owned.parameter.impl_or_null(), &owned.state);
    }
  }
  std::vector<std::vector<Owned>> now(group_count());
  for (std::size_t g = 0; g < now.size(); ++g) {
    for (const Tensor& parameter : parameters(g)) {
      const auto found = known.find(parameter.impl_or_null());
      now[g].push_back({parameter, found == known.end() ? ParameterState() : *found->second});
    }
  }
  owned_ = std::move(now);
}

void Optimizer::check_changes(Where where) {
  if (options_changed()) {
    check_options(where);
  }
  if (!knows_all_parameters()) {
    std::vector<const std::vector<Tensor>*> lists;
    for (std::size_t g = 0; g < group_count(); ++g) {
      lists.push_back(&parameters(g));
    }
    check_parameters(name(), lists, where);
    keep_states();
    parameters_changed();
  }
}

// Takes all memory that the step needs.
void Optimizer::prepare_step(const StateNames& names) {
  for (std::size_t g = 0; g < owned_.size(); ++g) {
    const unsigned used = used_tensors(g);
    const auto lacks = [&](const ParameterState& state, std::size_t n) {
      return (used >> n & 1) != 0 && !state.tensors[n].defined();
    };
    for (auto& [parameter, state] : owned_[g]) {
      bool complete = state.tensors.size() == names.tensors.size() &&
                      state.numbers.size() == names.numbers.size();
      for (std::size_t n = 0; complete && n < names.tensors.size(); ++n) {
        complete = !lacks(state, n);
      }
      if (complete || !parameter.grad().defined()) {
        continue;
      }
      state.numbers.reserve(names.numbers.size());
      state.tensors.resize(names.tensors.size());
      for (std::size_t n = 0; n < names.tensors.size(); ++n) {
        if (lacks(state, n)) {
          state.unused.resize(names.tensors.size());
          state.unused[n] = empty_like(parameter);
        }
      }
    }
  }
}

void Optimizer::step(Where where) {
  const Frame call(name(), where);
  check_changes(call.where());
  const NoGradGuard unrecorded;
  const StateNames names = state_names();
  prepare_step(names);
  for (std::size_t g = 0; g < owned_.size(); ++g) {
    for (auto& [parameter, state] : owned_[g]) {
      const Tensor grad = parameter.grad();
      if (!grad.defined()) {
        continue;
      }
      for (std::size_t n = state.numbers.size(); n < names.numbers.size(); ++n) {
        state.numbers.push_back(names.numbers[n].second);
      }
      update(g, parameter, grad, state);
      parameter.impl().storage->wrote(call);
    }
  }
}

Tensor Optimizer::step(const Closure& closure, Where where) {
  Tensor loss = call(closure, where);
  step(where);
  return loss;
}

Tensor Optimizer::call(const Closure& closure, Where where) const {
  check::require<GraphError>({name(), where}, closure != nullptr, {},
                             "the closure is empty [function-empty]");
  const EnableGradGuard recorded;
  return closure();
}

void Optimizer::zero_grad() {
  for (std::size_t g = 0; g < group_count(); ++g) {
    for (Tensor& parameter : parameters(g)) {
      parameter.zero_grad();
    }
  }
}

std::size_t Optimizer::checked_group(const Frame& call, std::size_t group) const {
  check::require<IndexError>(call, group < group_count(), {},
                             "{} has {} groups, no group {} [index-out-of-range]", name(),
                             group_count(), group);
  return group;
}

Setting Optimizer::setting(std::size_t group, const char* wanted) {
  for (const Setting& found : settings(group)) {
    if (found.name == wanted) {
      return found;
    }
  }
  return {};
}

double Optimizer::lr(std::size_t group, Where where) {
  const Frame call("lr", where);
  return number(setting(checked_group(call, group), "lr"));
}

void Optimizer::set_lr(double lr, std::size_t group, Where where) {
  const Frame call("set_lr", where);
  check_setting(call, {"lr", &lr, Domain::not_negative});
  assign(setting(checked_group(call, group), "lr"), lr);
}

Setting Optimizer::momentum_setting(std::size_t group) {
  const Setting momentum = setting(group, "momentum");
  return momentum.name.empty() ? setting(group, "betas.0") : momentum;
}

std::optional<double> Optimizer::momentum(std::size_t group, Where where) {
  const Frame call("momentum", where);
  const Setting found = momentum_setting(checked_group(call, group));
  return found.name.empty() ? std::optional<double>() : number(found);
}

void Optimizer::set_momentum(double momentum, std::size_t group, Where where) {
  const Frame call("set_momentum", where);
  const Setting found = momentum_setting(checked_group(call, group));
  check_momentum(call, name(), found, momentum);
  assign(found, momentum);
}

void Optimizer::set_rates(const Frame& call, const std::vector<double>& lrs,
                          const std::vector<std::optional<double>>& momenta) {
  std::vector<std::pair<Setting, double>> changes;
  for (std::size_t g = 0; g < lrs.size(); ++g) {
    changes.emplace_back(setting(g, "lr"), lrs[g]);
    if (momenta[g]) {
      changes.emplace_back(momentum_setting(g), *momenta[g]);
      check_momentum(Frame("set_momentum", call.where()), name(), changes.back().first,
                     *momenta[g]);
    }
  }
  for (const auto& [setting, value] : changes) {
    assign(setting, value);
  }
}

double Optimizer::initial_lr(std::size_t group, Where where) {
  const Frame call("lr", where);
  const double now = number(setting(checked_group(call, group), "lr"));
  initial_lrs_.resize(group_count());
  if (!initial_lrs_[group]) {
    initial_lrs_[group] = now;
  }
  return *initial_lrs_[group];
}

void Optimizer::set_initial_lr(double lr, std::size_t group, Where where) {
  const Frame call("set_initial_lr", where);
  check_setting(call, {"lr", &lr, Domain::not_negative});
  checked_group(call, group);
  initial_lrs_.resize(group_count());
  initial_lrs_[group] = lr;
}

void detail::require_single_group(const char* optimizer, std::size_t groups, Where where) {
  check::require<ValueError>({optimizer, where}, groups == 1, {},
                             "one group of parameters is needed, not {} [count-mismatch]", groups);
}

}  // namespace retrograd::optim
