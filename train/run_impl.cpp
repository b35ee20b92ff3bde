#include <cmath>
#include <cstdio>

#include <fmt/format.h>

#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/printable.h>
#include <retrograd/tensor/random.h>
#include <retrograd/train/detail/parts.h>
#include <retrograd/train/detail/run_impl.h>
#include <retrograd/train/detail/share.h>

namespace retrograd::train {

using optim::lr_scheduler::Better;
using retrograd::detail::FileCall;

template <class Write>
void Run::Impl::try_to_log(Write write) {
  try {
    write();
  } catch (const IoError& error) {
    if (!std::exchange(log_fails, true)) {
      tell(fmt::format("the run goes on without its log: {}", error.what()));
    }
  }
}

Run::Impl::Impl(std::string its_folder, RunOptions its_options, Where where)
    : folder(std::move(its_folder)), options(std::move(its_options)), line(where) {
  const Frame call("Run", where);
  if (writes()) {
    lock.emplace(FileCall("Run", folder, where));
  }
  parts = detail::parts_of(call, options);
  configuration = detail::configuration_of(options, parts);
  resume(call);
  start = options.loader->state_dict();
  if (options.log && writes()) {
    const std::int64_t first = was_resumed ? progress.step + 1 : 0;  // to log anew
    try_to_log(
        [&] { events.emplace(folder, logging::EventWriterOptions{.purge_step = first}, where); });
  }
  if (options.signals) {
    watch.emplace();
  }
}

RunOptions Run::Impl::checked(RunOptions options, Where where) {
  const Frame call("Run", where);
  check::require<ValueError>(call, options.model != nullptr && options.loader != nullptr, {},
                             "a run needs a .model and a .loader [argument-missing]");
  check::require<ValueError>(call, options.epochs >= 0, {},
                             "epochs must be at least 0, not {} [value-out-of-range]",
                             options.epochs);
  check::require<ValueError>(call, options.keep >= 1, {},
                             "keep must be at least 1, not {} [value-out-of-range]", options.keep);
  check::require<ValueError>(call, options.save_steps >= 0 && options.save_seconds >= 0, {},
                             "save_steps is {} and save_seconds {}; both must be at least 0 "
                             "[value-out-of-range]",
                             options.save_steps, options.save_seconds);
  check::require<ValueError>(call, options.log_steps >= 1, {},
                             "log_steps must be at least 1, not {} [value-out-of-range]",
                             options.log_steps);
  check::require<ValueError>(call, options.plateau == nullptr || !options.metric.empty(), {},
                             "a .plateau needs the name of a .metric [argument-missing]");
  return options;
}

// The newest checkpoint that is whole.
std::optional<detail::Checkpoint> Run::Impl::newest(const Frame& call) {
  const auto found = detail::checkpoints_of(FileCall("Run", folder, call.where()));
  for (const detail::Found& each : found) {
    try {
      return detail::read_checkpoint(each.path);
    } catch (const IoError& error) {
      tell(fmt::format("this checkpoint is skipped: {}", error.what()));
    }
  }
  check::require<IoError>(call, found.empty(), {},
                          "no checkpoint in {} can be read. Use another folder to start anew "
                          "[checkpoint-damaged]",
                          retrograd::detail::in_quotes(folder));
  return {};
}

void Run::Impl::resume(const Frame& call) {
  std::optional<detail::Checkpoint> checkpoint;
  if (writes()) {
    checkpoint = newest(call);
  }
  was_resumed = checkpoint.has_value();
  if (options.processes != nullptr) {
    if (!checkpoint) {
      progress.generator = default_generator().state();
      checkpoint = detail::checkpoint_of(parts, progress, configuration);
      checkpoint->path = "of process 0";
    }
    was_resumed = detail::share(*options.processes, *checkpoint, was_resumed);
  }
  if (!checkpoint || (writes() && !was_resumed)) {
    return;
  }
  detail::require_version(*checkpoint);
  const detail::Progress saved = detail::progress_of(*checkpoint);
  detail::require_alike(call, *checkpoint, configuration);
  detail::require_model(call, checkpoint->path, detail::part_of(*checkpoint, "model"),
                        options.model->state_dict());
  for (const State& part : parts) {
    part.load(detail::part_of(*checkpoint, part.name));
  }
  default_generator().set_state(saved.generator);
  progress = saved;
  step_of_save = progress.step;
}

void Run::Impl::tell(const std::string& text) const {
  if (options.message) {
    options.message(text);
  } else {
    std::fprintf(stderr, "%s: %s\n", folder.c_str(), text.c_str());
  }
}

void Run::Impl::log(const std::string& name, double value) {
  if (events) {
    try_to_log([&] { events->add_scalar(name, value, progress.step); });
  }
  if (!writes()) {
    return;
  }
  for (const Sink& sink : options.sinks) {
    sink(progress.step, name, value);
  }
}

bool Run::Impl::save_is_due() const {
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - time_of_save;
  return new_best ||
         (options.save_steps > 0 && progress.step - step_of_save >= options.save_steps) ||
         (options.save_seconds > 0 && passed.count() >= options.save_seconds);
}

void Run::Impl::save() {
  step_of_save = progress.step;
  time_of_save = std::chrono::steady_clock::now();
  progress.generator = default_generator().state();
  if (writes()) {
    write();
  } else if (const auto best = std::exchange(new_best, {})) {
    progress.best = best;
  }
  is_unsaved = false;
}

void Run::Impl::write() {
  if (events) {  // values up to this step are not logged again
    try_to_log([&] { events->flush(); });
  }
  // The best first: when a checkpoint names it, it is there. One that cannot be written is none.
  if (const auto best = std::exchange(new_best, {})) {
    detail::Progress with_best = progress;
    with_best.best = best;
    detail::write_checkpoint(detail::best_in(folder), parts, with_best, configuration);
    progress.best = best;
  }
  detail::write_checkpoint(detail::checkpoint_in(folder, progress.step), parts, progress,
                           configuration);
  remove_old();
}

void Run::Impl::remove_old() const {
  if (writes()) {
    detail::remove_old(folder, progress.step, options.keep);
  }
}

void Run::Impl::compare(double value) {
  const auto& best = new_best ? new_best : progress.best;
  const bool is_better =
      !best || (options.better == Better::max ? value > best->value : value < best->value);
  if (!is_better || std::isnan(value)) {
    return;
  }
  new_best = detail::Best{options.metric, value, progress.step};
  is_unsaved = true;
  if (batch == nullptr) {  // after the loop
    save();
  }
}

void Run::Impl::try_save() {
  try {
    save();
  } catch (const IoError& error) {
    tell(fmt::format("the run goes on without this save: {}", error.what()));
  }
}

void Run::Impl::end_epoch() {
  if (options.scheduler != nullptr && options.schedule == Schedule::per_epoch) {
    options.scheduler->step();
  }
  if (options.plateau != nullptr) {
    check::require<ValueError>(check::Caller("Run::batches", line), progress.metric.has_value(), {},
                               "the .plateau needs the metric {} before an epoch ends "
                               "[argument-missing]",
                               retrograd::detail::in_quotes(options.metric));
    options.plateau->step(*progress.metric);
  }
  progress.metric.reset();
  pass.reset();
  start = options.loader->state_dict();
  ++progress.epoch;
  progress.batch = 0;
  batches_since_step = 0;
  is_unsaved = true;
  if (progress.epoch < options.epochs) {
    try_save();
  }
}

void Run::Impl::end_batch() {
  if (batch == nullptr) {
    return;
  }
  batch = nullptr;
  batches_since_step = stepped ? 0 : batches_since_step + 1;
  const bool saves = std::exchange(stepped, false) && save_is_due();
  if (is_last()) {
    ++*pass;  // the position becomes the start of the next epoch
    end_epoch();
  } else if (saves && !(watch && watch->came())) {
    try_save();
  }
}

Batch* Run::Impl::next_batch() {
  if (pass) {
    ++*pass;
  } else {
    options.loader->load_state_dict(start);  // others may have taken batches from it meanwhile
    batches_in_pass = options.loader->size();
    pass.emplace(options.loader->begin(line));
  }
  if (*pass == options.loader->end()) {
    return nullptr;
  }
  batch = &**pass;
  ++progress.batch;
  return batch;
}

}  // namespace retrograd::train
