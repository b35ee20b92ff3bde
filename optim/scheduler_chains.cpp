#include <retrograd/optim/lr_scheduler.h>

#include <algorithm>

#include <retrograd/tensor/internal/check.h>

namespace retrograd::optim::lr_scheduler {

namespace {

std::vector<LRScheduler*> pointers(const std::vector<std::shared_ptr<LRScheduler>>& schedulers) {
  std::vector<LRScheduler*> all;
  all.reserve(schedulers.size());
  for (const auto& scheduler : schedulers) {
    all.push_back(scheduler.get());
  }
  return all;
}

}  // namespace

SequentialLR::SequentialLR(Optimizer& optimizer,
                           std::vector<std::shared_ptr<LRScheduler>> schedulers,
                           std::vector<std::int64_t> milestones, Where where)
    : LRScheduler(optimizer),
      schedulers_(std::move(schedulers)),
      milestones_(std::move(milestones)) {
  const Frame call("SequentialLR", where);
  check::require<ValueError>(
      call, milestones_.size() + 1 == schedulers_.size(), {},
      "needs one schedule more than milestones, not {} and {} [count-mismatch]", schedulers_.size(),
      milestones_.size());
  for (const auto& scheduler : schedulers_) {
    check::require<ValueError>(call, scheduler != nullptr && &scheduler->optimizer() == &optimizer,
                               {}, "the schedules are not all of this optimiser [schedules-mixed]");
  }
  std::int64_t last = 0;
  for (const std::int64_t milestone : milestones_) {
    check::require<ValueError>(
        call, milestone > last, {},
        "milestones must ascend from 1, not go from {} to {} [value-out-of-range]", last,
        milestone);
    last = milestone;
  }
  start(call.where());
}

// The schedule of an epoch, and the epoch as it counts.
std::pair<LRScheduler*, std::int64_t> SequentialLR::part_at(std::int64_t epoch) const {
  const auto next = std::upper_bound(milestones_.begin(), milestones_.end(), epoch);
  const auto index = static_cast<std::size_t>(next - milestones_.begin());
  return {schedulers_[index].get(), index == 0 ? epoch : epoch - milestones_[index - 1]};
}

double SequentialLR::lr_at(std::size_t group, std::int64_t epoch, Where where) const {
  const auto [part, own_epoch] = part_at(epoch);
  return part->lr_at(group, own_epoch, where);
}

std::optional<double> SequentialLR::momentum_at(std::size_t group, std::int64_t epoch,
                                                Where where) const {
  const auto [part, own_epoch] = part_at(epoch);
  return part->momentum_at(group, own_epoch, where);
}

double SequentialLR::next_lr(std::size_t group, std::int64_t epoch, double lr, Where where) const {
  const auto [part, own_epoch] = part_at(epoch);
  return own_epoch == 0 ? part->lr_at(group, 0, where) : part->next_lr(group, own_epoch, lr, where);
}

void SequentialLR::plan_step(Rates& rates, std::vector<Move>& moves, Where where) {
  LRScheduler::plan_step(rates, moves, where);
  const auto [part, own_epoch] = part_at(last_epoch() + 1);
  moves.push_back({part, own_epoch, rates.lrs});
}

std::vector<LRScheduler*> SequentialLR::parts() const {
  return pointers(schedulers_);
}

ChainedScheduler::ChainedScheduler(std::vector<std::shared_ptr<LRScheduler>> schedulers,
                                   Where where)
    : LRScheduler("ChainedScheduler", schedulers, where), schedulers_(std::move(schedulers)) {}

double ChainedScheduler::lr_at(std::size_t group, std::int64_t epoch, Where where) const {
  double lr = base_lr(group, where);
  for (std::int64_t e = 0; e <= epoch; ++e) {
    lr = next_lr(group, e, lr, where);
  }
  return lr;
}

std::optional<double> ChainedScheduler::momentum_at(std::size_t group, std::int64_t epoch,
                                                    Where where) const {
  std::optional<double> found;
  for (const auto& scheduler : schedulers_) {
    if (const std::optional<double> momentum = scheduler->momentum_at(group, epoch, where)) {
      found = momentum;
    }
  }
  return found;
}

double ChainedScheduler::next_lr(std::size_t group, std::int64_t epoch, double lr,
                                 Where where) const {
  for (const auto& scheduler : schedulers_) {
    lr = scheduler->next_lr(group, epoch, lr, where);
  }
  return lr;
}

void ChainedScheduler::plan_step(Rates& rates, std::vector<Move>& moves, Where where) {
  for (const auto& scheduler : schedulers_) {
    plan_step_of(*scheduler, rates, moves, where);
  }
  moves.push_back({this, last_epoch() + 1, rates.lrs});
}

std::vector<LRScheduler*> ChainedScheduler::parts() const {
  return pointers(schedulers_);
}

}  // namespace retrograd::optim::lr_scheduler
