#include <algorithm>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/optim/detail/settings.h>
#include <retrograd/optim/optimizer.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::optim {

using retrograd::detail::formatted;

using namespace detail;

namespace {

std::string group_name(std::size_t group, std::string_view name) {
  return formatted("group.{}.{}", group, name);
}

std::string state_name(std::size_t index, std::string_view name) {
  return formatted("state.{}.{}", index, name);
}

}  // namespace

StateDict Optimizer::state_dict(Where where) {
  const Frame call("state_dict", where);
  check_changes(call.where());
  StateDict all;
  const StateNames names = state_names();
  std::size_t index = 0;
  initial_lrs_.resize(group_count());
  for (std::size_t g = 0; g < group_count(); ++g) {
    for (const Setting& setting : settings(g)) {
      all.insert(group_name(g, setting.name), saved(number(setting)));
    }
    if (initial_lrs_[g]) {
      all.insert(group_name(g, "initial_lr"), saved(*initial_lrs_[g]));
    }
  }
  for (const auto& group : owned_) {
    for (const auto& [parameter, state] : group) {
      for (std::size_t n = 0; n < state.numbers.size(); ++n) {
        all.insert(state_name(index, names.numbers[n].first), saved(state.numbers[n]));
      }
      for (std::size_t t = 0; t < state.tensors.size(); ++t) {
        if (state.tensors[t].defined()) {
          all.insert(state_name(index, names.tensors[t]), state.tensors[t].detach());
        }
      }
      ++index;
    }
  }
  save_state(all);
  return all;
}

// A parameter has all of its state, but for optional tensors, or none.
void Optimizer::check_complete(const Frame& call, const StateNames& names,
                               const ParameterState& state, std::size_t index) {
  const auto there = std::count_if(state.tensors.begin(), state.tensors.end(),
                                   [](const Tensor& tensor) { return tensor.defined(); });
  const auto always = state.tensors.begin() + static_cast<std::ptrdiff_t>(names.always);
  const bool complete = state.numbers.size() == names.numbers.size() &&
                        std::all_of(state.tensors.begin(), always,
                                    [](const Tensor& tensor) { return tensor.defined(); });
  check::require<ValueError>(call, complete || (state.numbers.empty() && there == 0), {},
                             "a part of {} is missing [state-mismatch]", state_name(index, "*"));
}

void Optimizer::load_state_dict(const StateDict& state, Where where) {
  const Frame call("load_state_dict", where);
  check_changes(call.where());
  const NoGradGuard unrecorded;
  const StateNames names = state_names();
  Loader loader(call, state);
  std::vector<std::pair<Setting, double>> options;
  std::vector<std::optional<double>> initial_lrs(group_count());
  std::vector<std::vector<Owned>> owned(group_count());
  std::size_t index = 0;
  for (std::size_t g = 0; g < group_count(); ++g) {
    for (const Setting& setting : settings(g)) {
      const std::string name = group_name(g, setting.name);
      const double value = loader.required(name);
      check_value(call, {name, setting.value, setting.domain}, value);
      options.emplace_back(setting, value);
    }
    initial_lrs[g] = loader.not_negative(group_name(g, "initial_lr"));
    for (const Tensor& parameter : parameters(g)) {
      ParameterState loaded;
      for (const auto& [name, start] : names.numbers) {
        if (const std::optional<double> value = loader.not_negative(state_name(index, name))) {
          loaded.numbers.push_back(*value);
        }
      }
      for (const char* name : names.tensors) {
        loaded.tensors.push_back(loader.tensor(state_name(index, name), parameter));
      }
      check_complete(call, names, loaded, index++);
      owned[g].push_back({parameter, std::move(loaded)});
    }
  }
  const LoadedState loaded = load_state(state, call.where());
  loader.know(loaded.names);
  loader.refuse_unknown();
  const auto exchange = [&]() noexcept {
    for (auto& [setting, value] : options) {
      const double before = number(setting);
      assign(setting, value);
      value = before;
    }
  };
  exchange();
  try {
    check_options(call.where());  // of settings that depend on each other
  } catch (...) {
    exchange();
    throw;
  }
  // Nothing below allocates, so nothing below fails.
  initial_lrs_ = std::move(initial_lrs);
  owned_ = std::move(owned);
  if (loaded.apply) {
    loaded.apply();
  }
}

}  // namespace retrograd::optim
