// What a run holds and does.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <retrograd/log/event_writer.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/train/detail/checkpoint.h>
#include <retrograd/train/detail/folder.h>
#include <retrograd/train/detail/signals.h>
#include <retrograd/train/run.h>

namespace retrograd::train {

struct Run::Impl {
  Impl(std::string its_folder, RunOptions its_options, Where where);

  static RunOptions checked(RunOptions options, Where where);
  void resume(const Frame& call);
  std::optional<detail::Checkpoint> newest(const Frame& call);
  // Whether this process has the folder.
  bool writes() const { return options.processes == nullptr || options.processes->rank() == 0; }
  void write();
  void remove_old() const;

  void tell(const std::string& text) const;
  void log(const std::string& name, double value);
  // Calls write(), whose errors are told once: a run does not end because it cannot be logged.
  template <class Write>
  void try_to_log(Write write);
  // Takes a value of the metric that decides.
  void compare(double value);
  bool save_is_due() const;
  void save();
  // As save(), but an error is told, and the run goes on with the checkpoints that there are.
  void try_save();
  void end_epoch();
  // What follows the body of the loop.
  void end_batch();
  // The next batch of the epoch, or null at its end.
  Batch* next_batch();
  bool is_last() const { return progress.batch == batches_in_pass; }

  std::string folder;
  RunOptions options;
  std::optional<detail::FolderLock> lock;
  Where line;  // of the loop
  std::vector<State> parts;
  Metadata configuration;
  std::optional<detail::SignalWatch> watch;
  std::optional<logging::EventWriter> events;
  bool log_fails = false;  // and it was told

  detail::Progress progress;
  std::int64_t batches_in_pass = 0;
  std::optional<DataLoader::Iterator> pass;
  Batch* batch = nullptr;                // that the loop's body has
  std::optional<detail::Best> new_best;  // a metric that improved since the last save
  bool stepped = false;                  // in this body of the loop
  std::int64_t batches_since_step = 0;   // whose gradients no checkpoint has
  StateDict start;                       // of the loader, for the next pass
  bool is_unsaved = false;               // there were steps since the last save
  bool was_resumed = false;
  bool was_stopped = false;
  std::int64_t step_of_save = 0;
  std::chrono::steady_clock::time_point time_of_save = std::chrono::steady_clock::now();
};

}  // namespace retrograd::train
