// The base of the learning rate schedulers in lr_scheduler.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/optim/optimizer.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/state_dict.h>

namespace retrograd::optim::lr_scheduler {

class RETROGRAD_API LRScheduler {
 public:
  virtual ~LRScheduler();
  LRScheduler(const LRScheduler&) = delete;
  LRScheduler& operator=(const LRScheduler&) = delete;

  // The rate of a group at an epoch, counted from 0.
  virtual double lr_at(std::size_t group, std::int64_t epoch, Where where = {}) const = 0;
  // None for schedules that leave momentum alone.
  virtual std::optional<double> momentum_at(std::size_t /*group*/, std::int64_t /*epoch*/,
                                            Where /*where*/ = {}) const {
    return {};
  }

  // Goes to the next epoch. Throws ValueError, and stays, for a rate that is negative or not
  // finite.
  void step(Where where = {});
  std::int64_t last_epoch() const noexcept { return last_epoch_; }
  // The rates that the last step set, by group.
  const std::vector<double>& last_lr() const noexcept { return last_lr_; }

  // The epoch and the rates at first; a scheduler made alike goes on from there. Loading sets the
  // rates of that epoch. Throws ValueError for names or numbers that do not fit.
  StateDict state_dict();
  void load_state_dict(const StateDict& state, Where where = {});

  const Optimizer& optimizer() const noexcept { return *optimizer_; }

 protected:
  explicit LRScheduler(Optimizer& optimizer);

  virtual const char* name() const noexcept = 0;
  // The schedulers that this one is made of.
  virtual std::vector<LRScheduler*> parts() const { return {}; }
  double base_lr(std::size_t group, Where where) const;
  void set_base_lrs(std::vector<double> lrs, Where where);
  void go_to(std::int64_t epoch, Where where);

 private:
  using Number = std::pair<std::string, double*>;
  void list_base_lrs(const std::string& prefix, std::vector<Number>& numbers);

  Optimizer* optimizer_;
  std::vector<double> base_lrs_;
  std::vector<double> last_lr_;
  std::int64_t last_epoch_ = 0;
};

}  // namespace retrograd::optim::lr_scheduler
