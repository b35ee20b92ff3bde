/// @file
/// The exponential moving average of parameters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <retrograd/optim/optimizer.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/state_dict.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::optim {

/// Options of `EMA`, given as `{.name = value}`; omitted ones keep their defaults.
struct RETROGRAD_API EMAOptions {
  double decay = 0.999;  ///< Share of the old average in each update, in [0, 1).
  /// Limits the decay of update t = 1, 2, ... to `(1 + t) / (10 + t)` when true.
  bool warm_up = false;

  /// Returns the numbers and flags among the options, with their names and domains.
  Settings settings();
};

/// An exponential moving average of each parameter.
///
/// An average starts at the parameter's value. Each update applies `a <- decay a + (1 - decay) p`.
/// Averages have the parameter's dtype, but float32 for bfloat16, which would round small changes
/// away. Floating buffers may be averaged too.
///
/// @code
/// optim::EMA average(model.parameters(), {.decay = 0.999});
/// for (...) { optimizer.step(); average.update(); }
/// average.swap();  // evaluate with the averages
/// average.swap();  // continue training
/// @endcode
class RETROGRAD_API EMA {
 public:
  /// Constructs averages that equal the parameters.
  ///
  /// @throws ValueError if an option is out of range, `parameters` is empty, a parameter is listed
  ///   twice, or several of its elements share memory.
  /// @throws GraphError if a parameter is not a floating leaf.
  explicit EMA(std::vector<Tensor> parameters, EMAOptions options = {}, Where where = {});

  /// Updates the averages from the present values of the parameters.
  void update(Where where = {});
  /// Returns the number of updates so far.
  std::int64_t update_count() const noexcept { return updates_; }
  /// Returns the averages, in the order of the parameters.
  const std::vector<Tensor>& averages() const noexcept { return averages_; }

  /// Copies the averages to the parameters.
  void copy_to_parameters(Where where = {});
  /// Exchanges the values of averages and parameters.
  void swap(Where where = {});

  /// Returns the number of updates ("updates") and handles on the averages ("average.0", ...).
  StateDict state_dict() const;
  /// Replaces the averages and the number of updates by copies of those in `state`.
  ///
  /// @throws ShapeError if an average has another shape than its parameter.
  /// @throws ValueError if a name is missing or unknown. The averages stay as they are after an
  ///   error.
  void load_state_dict(const StateDict& state, Where where = {});

 private:
  std::vector<Tensor> parameters_;
  std::vector<Tensor> averages_;
  EMAOptions options_;
  std::int64_t updates_ = 0;
};

}  // namespace retrograd::optim
