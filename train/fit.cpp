#include <algorithm>
#include <cmath>
#include <limits>

#include <retrograd/autograd/autocast.h>
#include <retrograd/autograd/grad_mode.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/loss_classification.h>
#include <retrograd/optim/clip.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/train/fit.h>

namespace retrograd::train {

using optim::lr_scheduler::Better;

namespace {

constexpr const char* kValidationLoss = "validation/loss";

// Averages in place of the parameters while it lives.
class Averaged {
 public:
  explicit Averaged(optim::EMA* ema) : ema_(ema) { swap(); }
  Averaged(const Averaged&) = delete;
  Averaged& operator=(const Averaged&) = delete;
  ~Averaged() { swap(); }

 private:
  void swap() {
    if (ema_ != nullptr) {
      ema_->swap();
    }
  }
  optim::EMA* ema_;
};

// What a fit carries from step to step, saved with the run.
struct Progress {
  double loss = 0;                                         // sum of the epoch's losses
  double steps = 0;                                        // of the epoch
  double bad_epochs = 0;                                   // without improvement, the last ones
  double best = std::numeric_limits<double>::quiet_NaN();  // of the deciding metric

  State state() {
    return {"fit",
            [this] {
              StateDict saved;
              saved.insert("numbers", tensor({loss, steps, bad_epochs, best}, {.dtype = float64}));
              return saved;
            },
            [this](const StateDict& saved) {
              const auto numbers = saved.at("numbers").to_vector<double>();
              loss = numbers.at(0);
              steps = numbers.at(1);
              bad_epochs = numbers.at(2);
              best = numbers.at(3);
            }};
  }
};

class Fit {
 public:
  Fit(nn::Module& model, DataLoader& data, FitOptions& options)
      : model_(model), data_(data), options_(options) {
    RunOptions& run = options.run;
    run.model = &model;
    run.loader = &data;
    run.states.push_back(progress_.state());
    if (options.validation != nullptr) {
      run.states.push_back(state_of("validation", *options.validation));  // its number of passes
    }
    if (run.metric.empty() && options.validation != nullptr) {
      run.metric = options.metrics.empty() ? kValidationLoss : options.metrics.front().name;
      run.better = options.metrics.empty() ? Better::min : run.better;
    }
    if (!options.loss) {
      options.loss = [](const Tensor& output, const Tensor& targets) {
        return cross_entropy(output, targets);
      };
    }
  }

  FitReport train(Where where) {
    Run run(options_.folder, options_.run, where);
    const bool is_over = options_.patience > 0 && progress_.bad_epochs >= patience();
    if (is_over) {
      return {run.epoch(), run.steps(), run.best(), true};
    }
    model_.train();
    double loss = 0;  // of the batches of a step
    for (Batch& batch : run.batches(where)) {
      loss += add_gradients(batch, run.batch());
      if (run.batch() % options_.accumulate == 0 || run.epoch_ends()) {
        end_step(run, std::exchange(loss, 0));
      }
      if (run.epoch_ends()) {
        end_epoch(run);
      }
    }
    return {run.epoch(), run.steps(), run.best(), run.stopped()};
  }

 private:
  double patience() const { return static_cast<double>(options_.patience); }

  Tensor loss_of(const Batch& batch) {
    const Autocast casting(bfloat16, options_.autocast);
    return options_.loss(model_(batch.inputs), batch.targets);
  }

  // Adds the gradients of batch `number`, from 1. A step has the mean of its batches.
  double add_gradients(const Batch& batch, std::int64_t number) {
    const std::int64_t first = (number - 1) / options_.accumulate * options_.accumulate;
    const std::int64_t batches = std::min(options_.accumulate, data_.size() - first);
    const Tensor loss = loss_of(batch) / static_cast<double>(batches);
    if (number == first + 1) {
      options_.run.optimizer->zero_grad();
    }
    loss.backward();
    return loss.item<double>();
  }

  void end_step(Run& run, double loss) {
    if (options_.clip_norm > 0) {
      optim::clip_grad_norm_(model_.parameters(), options_.clip_norm);
    }
    options_.run.optimizer->step();
    progress_.loss += loss;
    ++progress_.steps;
    run.step({{"loss", loss}});
    if (options_.on_step) {
      options_.on_step(run.steps(), loss);
    }
  }

  void end_epoch(Run& run) {
    FitEpoch epoch{run.epoch() + 1,
                   run.steps(),
                   std::exchange(progress_.loss, 0) / std::exchange(progress_.steps, 0),
                   {}};
    if (options_.validation != nullptr) {
      epoch.metrics = validate();
    }
    for (const auto& [name, value] : epoch.metrics) {
      run.metric(name, value);
      if (name == options_.run.metric) {
        count_bad_epochs(value);
      }
    }
    const bool goes_on = !options_.on_epoch || options_.on_epoch(epoch);
    if (!goes_on || (options_.patience > 0 && progress_.bad_epochs >= patience())) {
      run.stop();
    }
  }

  void count_bad_epochs(double value) {
    const bool is_better = options_.run.better == Better::max ? !(value <= progress_.best)
                                                              : !(value >= progress_.best);
    const bool improves = is_better && !std::isnan(value);
    progress_.bad_epochs = improves ? 0 : progress_.bad_epochs + 1;
    progress_.best = improves ? value : progress_.best;
  }

  // The mean loss and the metrics of the validation data.
  std::vector<std::pair<std::string, double>> validate() {
    const NoGradGuard unrecorded;
    const Averaged averages(options_.run.ema);
    model_.eval();
    for (const FitMetric& metric : options_.metrics) {
      metric.reset();
    }
    double total = 0;
    double samples = 0;
    for (const Batch& batch : *options_.validation) {
      const Autocast casting(bfloat16, options_.autocast);
      const Tensor output = model_(batch.inputs);
      const auto count = static_cast<double>(batch.inputs.size(0));
      total += count * options_.loss(output, batch.targets).item<double>();
      samples += count;
      for (const FitMetric& metric : options_.metrics) {
        metric.update(output, batch.targets);
      }
    }
    model_.train();
    std::vector<std::pair<std::string, double>> values = {{kValidationLoss, total / samples}};
    for (const FitMetric& metric : options_.metrics) {
      values.emplace_back(metric.name, metric.value());
    }
    return values;
  }

  nn::Module& model_;
  DataLoader& data_;
  FitOptions& options_;
  Progress progress_;
};

}  // namespace

FitReport fit(nn::Module& model, DataLoader& data, FitOptions options, Where where) {
  const check::Caller call("fit", where);
  check::require<ValueError>(call, options.run.optimizer != nullptr, {},
                             "a fit needs a .run.optimizer [argument-missing]");
  check::require<ValueError>(
      call, options.validation != nullptr || (options.patience == 0 && options.metrics.empty()), {},
      ".patience and .metrics need .validation data [argument-missing]");
  check::require<ValueError>(
      call, options.accumulate >= 1 && options.clip_norm >= 0 && options.patience >= 0, {},
      "accumulate is {}, clip_norm {} and patience {}; at least 1, 0 and 0 are needed "
      "[value-out-of-range]",
      options.accumulate, options.clip_norm, options.patience);
  return Fit(model, data, options).train(where);
}

}  // namespace retrograd::train
