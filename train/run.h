/// @file
/// A training run that is saved as it proceeds, and continues to the same bits after any end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <retrograd/data/loader.h>
#include <retrograd/io/load.h>
#include <retrograd/nn/module.h>
#include <retrograd/optim/ema.h>
#include <retrograd/optim/lr_scheduler.h>
#include <retrograd/optim/optimizer.h>
#include <retrograd/optim/reduce_lr_on_plateau.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/processes.h>
#include <retrograd/tensor/tensor.h>
#include <retrograd/train/state.h>

namespace retrograd::train {

/// A number with its name: `{"loss", loss}`.
struct RETROGRAD_API Value {
  /// Constructs a value from a number.
  Value(std::string its_name, double number) : name(std::move(its_name)), value(number) {}
  /// Constructs a value from a tensor of one element.
  Value(std::string its_name, const Tensor& number, Where where = {});

  std::string name;  ///< Name in logs.
  double value;      ///< The number.
};

/// A function that receives the logged numbers of a run.
using Sink = std::function<void(std::int64_t step, std::string_view name, double value)>;

/// The times at which a run steps its scheduler.
enum class Schedule {
  per_epoch,  ///< The end of each epoch.
  per_step    ///< Each call of `Run::step()`.
};

/// Options of a run. All pointers must outlive it; `model` and `loader` are needed.
struct RunOptions {
  nn::Module* model = nullptr;                            ///< Model that is trained.
  optim::Optimizer* optimizer = nullptr;                  ///< Optimiser, stepped by the loop.
  optim::lr_scheduler::LRScheduler* scheduler = nullptr;  ///< Scheduler, stepped by the run.
  /// Scheduler that the run steps with `metric` after each epoch.
  optim::lr_scheduler::ReduceLROnPlateau* plateau = nullptr;
  optim::EMA* ema = nullptr;     ///< Averages, updated by `Run::step()`.
  DataLoader* loader = nullptr;  ///< Loader of the batches.
  /// Processes that train the model together, such as `mpi::Communicator`. Process 0 alone writes
  /// the folder and calls the sinks. All start from its state, and stop after one step.
  Processes* processes = nullptr;
  std::int64_t epochs = 1;                  ///< Number of epochs; a later run may have more.
  Schedule schedule = Schedule::per_epoch;  ///< Times at which `scheduler` steps.
  /// Name of the metric that decides which state is the best; empty for the first that is given.
  std::string metric = {};
  optim::lr_scheduler::Better better =
      optim::lr_scheduler::Better::max;  ///< Direction of `metric`.
  std::int64_t save_steps = 0;  ///< Steps between saves; 0 saves at ends of epochs and by time.
  double save_seconds = 600;    ///< Seconds between saves; 0 saves at ends of epochs and by steps.
  std::int64_t keep = 2;        ///< Number of checkpoints that are kept, beside the best.
  bool signals = true;          ///< Stops on SIGTERM and SIGINT, after a save.
  /// Further parts of the state, such as a second optimiser.
  std::vector<State> states = {};
  /// Texts that a resumed run must give unchanged, such as the augmentation.
  Metadata configuration = {};
  bool log = true;  ///< Logs to event files of TensorBoard and `metrics.jsonl` in the folder.
  std::int64_t log_steps = 1;    ///< Steps between logged values.
  std::vector<Sink> sinks = {};  ///< Receivers of values and metrics.
  /// Receiver of messages, such as that of a damaged file; empty writes them to stderr.
  std::function<void(const std::string& text)> message = {};
};

/// A training run with a folder, in which it saves all that it needs to continue.
///
/// @code
/// train::Run run("runs/a", {.model = &net, .optimizer = &opt, .loader = &loader, .epochs = 20});
/// for (auto& [images, labels] : run.batches()) {
///   const rg::Tensor loss = rg::cross_entropy(net(images), labels);
///   opt.zero_grad(); loss.backward(); opt.step();
///   run.step({{"loss", loss}});
/// }
/// @endcode
///
/// A checkpoint is one file, replaced as a whole or not at all. It has the weights and buffers, the
/// state of optimiser, scheduler, averages, loader and default generator, and the step and best
/// metric. A run that was killed continues from the newest checkpoint and ends with the bits of an
/// uninterrupted one (`tests/train`). It needs a loop whose random numbers come from the default
/// generator and the loader.
class RETROGRAD_API Run {
 public:
  class Batches;

  /// Starts a run, or loads the newest whole checkpoint of `folder`.
  ///
  /// A damaged checkpoint is skipped with a message.
  /// @throws IoError if the folder cannot be used, another process runs in it, or no checkpoint is
  ///   whole
  /// @throws ValueError if the checkpoint is of another model, loader, optimiser or configuration,
  ///   or an option is out of range. Parts may have loaded their state then.
  explicit Run(std::string folder, RunOptions options, Where where = {});
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /// Returns the batches of all epochs that are left, from the next one of the present epoch.
  ///
  /// Each end of the loop's body is a time at which the run may save. After the last batch of an
  /// epoch it steps the scheduler and saves.
  Batches batches(Where where = {});
  /// Counts a step, updates the averages, and logs `values`.
  ///
  /// If a save is due, it follows at the end of the loop's body. A loop that is left by `break` is
  /// not saved.
  void step(std::initializer_list<Value> values = {}, Where where = {});
  /// Logs a metric. Of several processes, each calls it, and the value of process 0 counts. If it
  /// is `RunOptions::metric` and improved, the state is saved as the best: at the end of the loop's
  /// body, or now after the loop. If that save fails, the run goes on with the best state that was
  /// saved before, and later values are compared with its value.
  void metric(const std::string& name, double value, Where where = {});
  /// Saves a checkpoint now.
  /// @throws IoError with the system's reason
  void save(Where where = {});

  /// Ends the loop with a save, after its body or, where gradients of several batches are added,
  /// after the next body that calls `step()`. An epoch's last body ends it, too.
  void stop() noexcept;

  /// Returns whether the present batch is the last of its epoch: the time to validate.
  bool epoch_ends() const noexcept;
  /// Returns whether a signal or `stop()` ended the run early.
  bool stopped() const noexcept;
  /// Returns whether the constructor found a checkpoint.
  bool resumed() const noexcept;
  /// Returns the number of batches of the present epoch so far, with the present one.
  std::int64_t batch() const noexcept;
  /// Returns the number of finished epochs.
  std::int64_t epoch() const noexcept;
  /// Returns the number of steps so far.
  std::int64_t steps() const noexcept;
  /// Returns the best value of `RunOptions::metric` so far, or an empty optional.
  std::optional<double> best() const noexcept;
  /// Returns the folder.
  const std::string& folder() const noexcept;
  /// Returns the path of the checkpoint of the best metric, which may not exist yet.
  std::string best_file() const;

 private:
  struct Impl;
  // The next batch, or null at the end.
  Batch* next();

  std::unique_ptr<Impl> impl_;
};

/// Range of the batches of a run, for one loop.
class RETROGRAD_API Run::Batches {
 public:
  /// The position in a run.
  class RETROGRAD_API Iterator {
   public:
    /// Category of the iterator.
    using iterator_concept = std::input_iterator_tag;
    /// Type of its values.
    using value_type = Batch;
    /// Type of the distance between iterators.
    using difference_type = std::ptrdiff_t;

    /// Returns the present batch.
    Batch& operator*() const noexcept { return *batch_; }
    /// Ends the work on a batch, saves if it is time, and moves to the next batch.
    Iterator& operator++() {
      batch_ = run_->next();
      return *this;
    }
    /// Ends the work on a batch, saves if it is time, and moves to the next batch.
    void operator++(int) { ++*this; }
    /// Returns whether the run has ended.
    friend bool operator==(const Iterator& a, std::default_sentinel_t) noexcept {
      return a.batch_ == nullptr;
    }

   private:
    friend class Batches;
    explicit Iterator(Run& run) : run_(&run), batch_(run.next()) {}

    Run* run_;
    Batch* batch_;
  };

  /// Moves to the first batch.
  Iterator begin() { return Iterator(*run_); }
  /// Returns the end.
  std::default_sentinel_t end() const noexcept { return {}; }

 private:
  friend class Run;
  explicit Batches(Run& run) noexcept : run_(&run) {}

  Run* run_;
};

/// Returns one part of a checkpoint, without the part's name: "model", "optimizer", "ema" or
/// another.
/// @code
/// net.load_state_dict(train::load_part("runs/a/best.safetensors", "model"));
/// @endcode
/// @throws IoError if the file cannot be read or is malformed
/// @throws IndexError if the checkpoint has no such part
RETROGRAD_API StateDict load_part(const std::string& path, std::string_view part, Where where = {});
/// Returns the path of the newest checkpoint of a run's folder, or an empty text if there is none.
/// @throws IoError if the folder is there and cannot be listed
RETROGRAD_API std::string newest_checkpoint(const std::string& folder, Where where = {});

}  // namespace retrograd::train
