#include <chrono>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <unordered_set>

#include <retrograd/io/internal/utf8.h>
#include <retrograd/log/detail/appended_file.h>
#include <retrograd/log/detail/event.h>
#include <retrograd/log/detail/json.h>
#include <retrograd/log/detail/png.h>
#include <retrograd/log/detail/record.h>
#include <retrograd/log/event_writer.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/printable.h>

namespace retrograd::logging {

namespace {

using detail::Moment;
using std::chrono::steady_clock;
using std::chrono::system_clock;

Moment now_at(std::int64_t step) {
  return {std::chrono::duration<double>(system_clock::now().time_since_epoch()).count(), step};
}

void check_text(const Frame& call, const char* what, const std::string& text) {
  check::require<ValueError>(call, retrograd::detail::is_utf8(text), {},
                             "the {} {} is not UTF-8 [name-invalid]", what,
                             retrograd::detail::in_quotes(text));
}

void check_name(const Frame& call, const char* what, const std::string& name) {
  check::require<ValueError>(call, !name.empty(), {}, "the {} is empty [name-invalid]", what);
  check_text(call, what, name);
}

void check_hparams(const Frame& call, const HParams& hparams) {
  std::unordered_set<std::string> seen;
  for (const auto& [name, hparam] : hparams) {
    check_name(call, "name", name);
    check::require<ValueError>(call, seen.insert(name).second, {},
                               "the name {} is there twice [name-invalid]",
                               retrograd::detail::in_quotes(name));
    if (const auto* text = std::get_if<std::string>(&hparam.value())) {
      check_text(call, "text", *text);
    }
  }
}

}  // namespace

struct EventWriter::Impl {
  std::mutex mutex;
  detail::AppendedFile events;
  detail::AppendedFile metrics;
  bool json_lines = true;
  std::chrono::duration<double> flush_secs = {};
  steady_clock::time_point flushed = steady_clock::now();

  // The mutex is locked for these.
  void require_open(const Frame& call) const {
    check::require<ValueError>(call, events.is_open(), {}, "the writer is closed [writer-closed]");
  }
  void add(const Frame& call, const std::string& event) {
    require_open(call);
    detail::append_record(events.end(), event);
  }
  void add_scalar(const Frame& call, Moment moment, const std::string& tag, double value) {
    require_open(call);
    std::string& records = events.end();
    if (json_lines) {  // first, so that an error adds to neither file
      detail::append_scalar_line(metrics.end(), moment, tag, value);
    }
    detail::append_record(records, detail::scalar_event(moment, tag, value));
  }
  void flush() {
    flushed = steady_clock::now();  // after a failure too: not every event is to try again
    events.flush();
    if (metrics.is_open()) {
      metrics.flush();
    }
  }
  void flush_if_due() {
    if (events.is_full() || metrics.is_full() || steady_clock::now() - flushed >= flush_secs) {
      flush();
    }
  }
};

EventWriter::EventWriter(const std::string& folder, const EventWriterOptions& options,
                         Where where) {
  const retrograd::detail::FileCall call("EventWriter", folder, where);
  call.check_path();
  check::require<ValueError>(call, options.flush_secs >= 0, {},
                             "flush_secs is {} but must be at least 0 [value-out-of-range]",
                             options.flush_secs);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    call.fail_system("cannot create it: {} [file-unwritable]", error.value());
  }
  impl_ = std::make_unique<Impl>();
  impl_->flush_secs = std::chrono::duration<double>(options.flush_secs);
  impl_->json_lines = options.json_lines;
  if (options.json_lines) {
    impl_->metrics = detail::metrics_file(folder, options.purge_step);
  }
  impl_->events = detail::next_event_file(folder);
  impl_->add(call, detail::version_event(now_at(0)));
  if (options.purge_step >= 0) {
    impl_->add(call, detail::start_event(now_at(options.purge_step)));
  }
  impl_->flush();
}

EventWriter::EventWriter(EventWriter&&) noexcept = default;

EventWriter& EventWriter::operator=(EventWriter&& other) noexcept {
  EventWriter old(std::move(*this));
  impl_ = std::move(other.impl_);
  return *this;
}

EventWriter::~EventWriter() {
  if (impl_) {
    try {
      close();
    } catch (...) {  // NOLINT: close() is for those that want to know
    }
  }
}

void EventWriter::add_scalar(const std::string& tag, double value, std::int64_t step, Where where) {
  const Frame call("add_scalar", where);
  check_name(call, "tag", tag);
  const std::lock_guard lock(impl_->mutex);
  impl_->add_scalar(call, now_at(step), tag, value);
  impl_->flush_if_due();
}

void EventWriter::add_scalar(const std::string& tag, const Tensor& value, std::int64_t step,
                             Where where) {
  const Frame call("add_scalar", where);
  add_scalar(tag, value.item<double>(), step, where);
}

void EventWriter::add_histogram(const std::string& tag, const Tensor& values, std::int64_t step,
                                Where where) {
  const Frame call("add_histogram", where);
  check_name(call, "tag", tag);
  const detail::Histogram histogram = detail::histogram_of(values);
  const Moment moment = now_at(step);
  const std::string event = detail::histogram_event(moment, tag, histogram);
  const std::lock_guard lock(impl_->mutex);
  impl_->add(call, event);
  if (histogram.not_finite > 0) {
    impl_->add_scalar(call, moment, tag + "/not_finite", static_cast<double>(histogram.not_finite));
  }
  impl_->flush_if_due();
}

void EventWriter::add_image(const std::string& tag, const Tensor& image, std::int64_t step,
                            Where where) {
  const Frame call("add_image", where);
  check_name(call, "tag", tag);
  const std::string event = detail::image_event(now_at(step), tag, detail::picture_of(call, image));
  const std::lock_guard lock(impl_->mutex);
  impl_->add(call, event);
  impl_->flush_if_due();
}

void EventWriter::add_text(const std::string& tag, const std::string& text, std::int64_t step,
                           Where where) {
  const Frame call("add_text", where);
  check_name(call, "tag", tag);
  check_text(call, "text", text);
  const std::lock_guard lock(impl_->mutex);
  impl_->add(call, detail::text_event(now_at(step), tag, text));
  impl_->flush_if_due();
}

void EventWriter::add_hparams(const HParams& hparams, Where where) {
  const Frame call("add_hparams", where);
  check_hparams(call, hparams);
  const Moment moment = now_at(0);
  const std::lock_guard lock(impl_->mutex);
  impl_->add(call, detail::hparams_event(moment, hparams));
  if (impl_->json_lines) {
    detail::append_hparams_line(impl_->metrics.end(), moment, hparams);
  }
  impl_->flush_if_due();
}

void EventWriter::add_graph(const Graph& graph, Where where) {
  const Frame call("add_graph", where);
  const std::string event = detail::graph_event(now_at(0), graph);
  const std::lock_guard lock(impl_->mutex);
  impl_->add(call, event);
  impl_->flush_if_due();
}

void EventWriter::flush(Where where) {
  const Frame call("EventWriter.flush", where);
  const std::lock_guard lock(impl_->mutex);
  impl_->flush();
}

void EventWriter::close(Where where) {
  const Frame call("EventWriter.close", where);
  const std::lock_guard lock(impl_->mutex);
  if (impl_->events.is_open()) {
    impl_->flush();
    impl_->events.close();
    if (impl_->metrics.is_open()) {
      impl_->metrics.close();
    }
  }
}

const std::string& EventWriter::path() const noexcept {
  return impl_->events.path();
}

}  // namespace retrograd::logging
