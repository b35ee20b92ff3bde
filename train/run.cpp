#include <retrograd/train/detail/run_impl.h>
#include <retrograd/train/detail/share.h>
#include <retrograd/train/run.h>

namespace retrograd::train {

Value::Value(std::string its_name, const Tensor& number, Where where)
    : name(std::move(its_name)), value(number.item<double>(where)) {}

Run::Run(std::string folder, RunOptions options, Where where) {
  impl_ =
      std::make_unique<Impl>(std::move(folder), Impl::checked(std::move(options), where), where);
}
Run::~Run() = default;

Batch* Run::next() {
  Impl& run = *impl_;
  const Frame call("Run::batches", run.line);
  run.end_batch();
  run.was_stopped = run.was_stopped || (run.watch && run.watch->came());
  if (run.options.processes != nullptr) {
    run.was_stopped = run.options.processes->any(run.was_stopped);
  }
  while (!(run.was_stopped && run.batches_since_step == 0) &&
         run.progress.epoch < run.options.epochs) {
    if (Batch* const batch = run.next_batch()) {
      return batch;
    }
    run.end_epoch();  // without batches
  }
  run.pass.reset();
  if (run.is_unsaved) {
    run.save();
  } else {
    run.remove_old();  // what a run left that was killed right after its last save
  }
  return nullptr;
}

Run::Batches Run::batches(Where where) {
  impl_->line = where;
  return Batches(*this);
}

void Run::step(std::initializer_list<Value> values, Where where) {
  const Frame call("Run::step", where);
  Impl& run = *impl_;
  ++run.progress.step;
  run.stepped = true;
  run.is_unsaved = true;
  if (run.options.ema != nullptr) {
    run.options.ema->update();
  }
  if (run.options.scheduler != nullptr && run.options.schedule == Schedule::per_step) {
    run.options.scheduler->step();
  }
  if (run.progress.step % run.options.log_steps == 0) {
    for (const Value& value : values) {
      run.log(value.name, value.value);
    }
  }
}

void Run::metric(const std::string& name, double value, Where where) {
  const Frame call("Run::metric", where);
  Impl& run = *impl_;
  if (run.options.processes != nullptr) {
    value = detail::share(*run.options.processes, value);
  }
  run.log(name, value);
  if (run.options.metric.empty()) {
    run.options.metric = run.progress.best ? run.progress.best->name : name;
  }
  if (name == run.options.metric) {
    run.progress.metric = value;
    run.compare(value);
  }
}

void Run::save(Where where) {
  const Frame call("Run::save", where);
  impl_->save();
}

bool Run::epoch_ends() const noexcept {
  return impl_->batch != nullptr && impl_->is_last();
}
bool Run::stopped() const noexcept {
  return impl_->was_stopped;
}
bool Run::resumed() const noexcept {
  return impl_->was_resumed;
}
void Run::stop() noexcept {
  impl_->was_stopped = true;
}
std::int64_t Run::batch() const noexcept {
  return impl_->progress.batch;
}
std::int64_t Run::epoch() const noexcept {
  return impl_->progress.epoch;
}
std::int64_t Run::steps() const noexcept {
  return impl_->progress.step;
}
std::optional<double> Run::best() const noexcept {
  const auto& best = impl_->new_best ? impl_->new_best : impl_->progress.best;
  return best ? std::optional(best->value) : std::nullopt;
}
const std::string& Run::folder() const noexcept {
  return impl_->folder;
}
std::string Run::best_file() const {
  return detail::best_in(impl_->folder);
}

}  // namespace retrograd::train
