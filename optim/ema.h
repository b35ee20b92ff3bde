/// @file
/// The exponential moving average of weights.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <retrograd/optim/optimizer.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/state_dict.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::optim {

/// Options, given as {.name = value}; what is left out keeps its default.
struct RETROGRAD_API EMAOptions {
  double decay = 0.999;  ///< In [0, 1).
  bool warm_up = false;  ///< Update t decays by no more than (1 + t) / (10 + t), t = 1, 2, ...

  /// All numbers among the options, by name and domain: how they are checked, saved and loaded.
  Settings settings();
};

/// Keeps an average of each parameter, a <- decay a + (1 - decay) p, beginning with the parameter's
/// value: in its dtype, or float32 for bfloat16, which could not take up small changes. Buffers may
/// be averaged too. To be updated after each of the optimiser's steps:
///
/// @code
/// optim::EMA average(model.parameters(), {.decay = 0.999});
/// for (...) { optimizer.step(); average.update(); }
/// average.swap();  // evaluate with the averages
/// average.swap();  // train on
/// @endcode
class RETROGRAD_API EMA {
 public:
  /// Throws ValueError and GraphError for what an optimiser would refuse too.
  explicit EMA(std::vector<Tensor> parameters, EMAOptions options = {}, Where where = {});

  /// Takes the present values into the averages.
  void update(Where where = {});
  /// How many updates there were.
  std::int64_t update_count() const noexcept { return updates_; }
  /// The averaged parameters, in the parameters' order.
  const std::vector<Tensor>& averages() const noexcept { return averages_; }

  /// Overwrites the parameters.
  void copy_to_parameters(Where where = {});
  /// Exchanges averages and parameters.
  void swap(Where where = {});

  /// "updates", and "average.0", ... by the order of the parameters. Tensors are handles.
  StateDict state_dict() const;
  /// Throws ShapeError for an average that does not fit, ValueError for names that do not.
  void load_state_dict(const StateDict& state, Where where = {});

 private:
  std::vector<Tensor> parameters_;
  std::vector<Tensor> averages_;
  EMAOptions options_;
  std::int64_t updates_ = 0;
};

}  // namespace retrograd::optim
