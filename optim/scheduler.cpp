#include <retrograd/optim/scheduler.h>

#include <algorithm>
#include <unordered_set>

#include <retrograd/optim/detail/settings.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::optim::lr_scheduler {

using retrograd::detail::formatted;

using namespace detail;

LRScheduler::LRScheduler(Optimizer& optimizer) : optimizer_(&optimizer) {
  for (std::size_t g = 0; g < optimizer.group_count(); ++g) {
    base_lrs_.push_back(optimizer.initial_lr(g));
  }
}

LRScheduler::LRScheduler(const char* name, const std::vector<std::shared_ptr<LRScheduler>>& parts,
                         Where where)
    : optimizer_(parts.empty() || parts[0] == nullptr ? nullptr : parts[0]->optimizer_),
      steps_others_(true) {
  const Frame call(name, where);
  std::unordered_set<const LRScheduler*> seen;
  for (const auto& part : parts) {
    check::require<ValueError>(call, part != nullptr && part->optimizer_ == optimizer_, {},
                               "the schedules are not all of one optimiser [schedules-mixed]");
    std::vector<const LRScheduler*> all;
    part->collect(all);
    for (const LRScheduler* scheduler : std::unordered_set(all.begin(), all.end())) {
      check::require<ValueError>(call, seen.insert(scheduler).second, {},
                                 "a {} is there twice [schedules-mixed]", scheduler->name());
    }
  }
  check::require<ValueError>(call, optimizer_ != nullptr, {},
                             "there are no schedules [count-mismatch]");
  take_up_new_groups();
  last_epoch_ = 0;
}

LRScheduler::~LRScheduler() = default;

void LRScheduler::collect(std::vector<const LRScheduler*>& all) const {
  all.push_back(this);
  for (const LRScheduler* part : parts()) {
    part->collect(all);
  }
}

void LRScheduler::require_group(std::size_t group, std::size_t count, Where where) const {
  check::require<IndexError>({name(), where}, group < count, {},
                             "made for {} groups, it has no rate for group {} [index-out-of-range]",
                             count, group);
}

double LRScheduler::base_lr(std::size_t group, Where where) const {
  require_group(group, base_lrs_.size(), where);
  return base_lrs_[group];
}

void LRScheduler::set_base_lrs(std::vector<double> lrs, Where where) {
  for (std::size_t g = 0; g < lrs.size(); ++g) {
    optimizer_->set_initial_lr(lrs[g], g, where);
  }
  base_lrs_ = std::move(lrs);
}

LRScheduler::Rates LRScheduler::rates_found() {
  Rates rates;
  for (std::size_t g = 0; g < optimizer_->group_count(); ++g) {
    rates.lrs.push_back(optimizer_->lr(g));
  }
  rates.momenta.resize(rates.lrs.size());
  return rates;
}

void LRScheduler::take_up_new_groups() {
  while (base_lrs_.size() < optimizer_->group_count()) {
    last_lr_.push_back(optimizer_->lr(base_lrs_.size()));
    base_lrs_.push_back(optimizer_->initial_lr(base_lrs_.size()));
  }
  for (LRScheduler* part : parts()) {
    part->take_up_new_groups();
  }
}

void LRScheduler::plan_step(Rates& rates, std::vector<Move>& moves, Where where) {
  const Frame call(name(), where);
  const std::int64_t epoch = last_epoch_ + 1;
  for (std::size_t g = 0; g < rates.lrs.size(); ++g) {
    rates.lrs[g] = next_lr(g, epoch, rates.lrs[g], call.where());
    check_setting(call, {"lr", &rates.lrs[g], Domain::not_negative});
    if (const std::optional<double> momentum = momentum_at(g, epoch, call.where())) {
      rates.momenta[g] = momentum;
    }
  }
  moves.push_back({this, epoch, rates.lrs});
}

void LRScheduler::step(Where where) {
  const Frame call(name(), where);
  take_up_new_groups();
  Rates rates = rates_found();
  std::vector<Move> moves;
  plan_step(rates, moves, call.where());
  optimizer_->set_rates(call, rates.lrs, rates.momenta);
  for (auto& [scheduler, epoch, lrs] : moves) {
    scheduler->last_epoch_ = epoch;
    scheduler->last_lr_ = std::move(lrs);
  }
}

// The epoch and rates of this scheduler and its parts, by their names in state dicts.
void LRScheduler::list_numbers(const std::string& prefix, Settings& numbers) {
  numbers.push_back({formatted("{}last_epoch", prefix), &last_epoch_, Domain::not_negative});
  for (std::size_t g = 0; g < base_lrs_.size(); ++g) {
    numbers.push_back({formatted("{}base_lr.{}", prefix, g), &base_lrs_[g], Domain::not_negative});
  }
  for (std::size_t g = 0; g < last_lr_.size(); ++g) {
    numbers.push_back({formatted("{}last_lr.{}", prefix, g), &last_lr_[g], Domain::not_negative});
  }
  std::size_t index = 0;
  for (LRScheduler* part : parts()) {
    part->list_numbers(formatted("{}schedulers.{}.", prefix, index++), numbers);
  }
}

StateDict LRScheduler::state_dict(Where where) {
  const Frame call("state_dict", where);
  take_up_new_groups();
  Settings numbers;
  list_numbers("", numbers);
  Rates rates = rates_found();
  for (std::size_t g = 0; g < rates.lrs.size(); ++g) {
    numbers.push_back({formatted("lr.{}", g), &rates.lrs[g]});
  }
  StateDict state;
  for (const Setting& setting : numbers) {
    state.insert(setting.name, saved(number(setting)));
  }
  return state;
}

void LRScheduler::load_state_dict(const StateDict& state, Where where) {
  const Frame call("load_state_dict", where);
  take_up_new_groups();
  Loader loader(call, state);
  Settings numbers;
  list_numbers("", numbers);
  Rates rates = rates_found();
  for (std::size_t g = 0; g < rates.lrs.size(); ++g) {
    numbers.push_back({formatted("lr.{}", g), &rates.lrs[g], Domain::not_negative});
  }
  std::vector<const LRScheduler*> all;
  collect(all);
  // Version 0.1 saved the epoch and the first rates.
  const auto is_newer = [](const Setting& setting) {
    return setting.name != "last_epoch" && setting.name.find("base_lr.") == std::string::npos;
  };
  const bool from_0_1 =
      std::none_of(all.begin(), all.end(), [](const auto* each) { return each->steps_others_; }) &&
      std::none_of(numbers.begin(), numbers.end(), [&](const Setting& setting) {
        return is_newer(setting) && state.contains(setting.name);
      });
  if (from_0_1) {
    std::erase_if(numbers, is_newer);
  }
  std::vector<double> loaded;
  for (const Setting& setting : numbers) {
    loaded.push_back(loader.required(setting.name));
    check_value(call, setting, loaded.back());
  }
  loader.refuse_unknown();
  const auto exchange = [&]() noexcept {
    for (std::size_t i = 0; i < loaded.size(); ++i) {
      const double before = number(numbers[i]);
      assign(numbers[i], loaded[i]);
      loaded[i] = before;
    }
  };
  exchange();
  try {
    for (std::size_t g = 0; g < rates.lrs.size(); ++g) {
      if (from_0_1) {
        rates.lrs[g] = lr_at(g, last_epoch_, call.where());
        check_setting(name(), {"lr", &rates.lrs[g], Domain::not_negative}, call.where());
      }
      for (const LRScheduler* scheduler : all) {
        if (scheduler->parts().empty()) {
          // Refuses an epoch past the end.
          scheduler->lr_at(g, scheduler->last_epoch_, call.where());
        }
      }
      rates.momenta[g] = momentum_at(g, last_epoch_, call.where());
    }
    optimizer_->set_rates(call, rates.lrs, rates.momenta);
    if (from_0_1) {
      last_lr_ = std::move(rates.lrs);
    }
  } catch (...) {
    exchange();
    throw;
  }
}

}  // namespace retrograd::optim::lr_scheduler
