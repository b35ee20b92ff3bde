// A learning rate that falls when a quantity stops improving.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <retrograd/optim/lr_scheduler.h>
#include <retrograd/optim/optimizer.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/state_dict.h>

namespace retrograd::optim::lr_scheduler {

enum class Better { min, max };
enum class Threshold { rel, abs };

struct RETROGRAD_API ReduceLROnPlateauOptions {
  Better mode = Better::min;   // whether less or more is better
  double factor = 0.1;         // in [0, 1)
  std::int64_t patience = 10;  // epochs without improvement that are waited for, >= 0
  double threshold = 1e-4;     // what counts as an improvement, >= 0
  Threshold threshold_mode = Threshold::rel;  // times the best so far, or absolute
  std::int64_t cooldown = 0;                  // epochs after a reduction that do not count, >= 0
  PerGroup min_lr = 0.0;                      // >= 0
  double eps = 1e-8;                          // smaller reductions are left out, >= 0

  Settings settings();
};

// PyTorch's ReduceLROnPlateau. It scales the rates that it finds, and so composes with chainable
// schedulers.
class RETROGRAD_API ReduceLROnPlateau {
 public:
  // Throws ValueError for options out of range.
  explicit ReduceLROnPlateau(Optimizer& optimizer, ReduceLROnPlateauOptions options = {},
                             Where where = {});
  ReduceLROnPlateau(const ReduceLROnPlateau&) = delete;
  ReduceLROnPlateau& operator=(const ReduceLROnPlateau&) = delete;

  // After every epoch, with the quantity that is watched. NaN is no improvement. Throws ValueError
  // when groups were added to the optimiser.
  void step(double metric, Where where = {});
  std::int64_t last_epoch() const noexcept { return static_cast<std::int64_t>(state_.last_epoch); }
  std::vector<double> last_lr(Where where = {}) const;

  // The rates themselves are in the optimiser's state dict.
  StateDict state_dict();
  void load_state_dict(const StateDict& state, Where where = {});

 private:
  struct State {
    double last_epoch = 0;
    double best;
    double num_bad_epochs = 0;
    double cooldown_counter = 0;
  };
  static std::vector<std::pair<const char*, double*>> entries(State& state);
  bool is_better(double metric) const;

  Optimizer* optimizer_;
  ReduceLROnPlateauOptions options_;
  std::vector<double> min_lrs_;
  State state_;
};

}  // namespace retrograd::optim::lr_scheduler
