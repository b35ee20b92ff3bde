/// @file
/// Event files of TensorBoard, and the scalars as lines of JSON beside them. Link `retrograd::log`.
///
/// @code
/// logging::EventWriter writer("runs/a");
/// writer.add_scalar("loss/train", loss, step);
/// @endcode
///
/// `tensorboard --logdir runs` shows every folder below `runs` as a run.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {
struct Graph;  // graph/graph.h
}

/// Logs of training runs. The namespace is not `log`, which is the logarithm.
namespace retrograd::logging {

/// Value of a hyper-parameter: a number, a bool or a text.
class HParam {
 public:
  /// Holds a bool.
  HParam(std::same_as<bool> auto value) : value_(value) {}  // NOLINT
  /// Holds a number.
  template <class T>
  requires(std::is_arithmetic_v<T> && !std::same_as<T, bool>) HParam(T value)
      : value_(static_cast<double>(value)) {}  // NOLINT
  /// Holds a text in UTF-8.
  HParam(std::string value) : value_(std::move(value)) {}  // NOLINT
  /// Holds a text in UTF-8.
  HParam(const char* value) : value_(std::string(value)) {}  // NOLINT

  /// Returns the value.
  const std::variant<bool, double, std::string>& value() const noexcept { return value_; }

 private:
  std::variant<bool, double, std::string> value_;
};

/// Hyper-parameters with their names.
using HParams = std::vector<std::pair<std::string, HParam>>;

/// Options of EventWriter.
struct EventWriterOptions {
  /// First step that a resumed run logs anew; -1 for a new run. TensorBoard hides what older files
  /// of the folder have from this step on, and the lines of JSON are removed.
  std::int64_t purge_step = -1;
  /// Number of seconds after which an added event reaches the file at the latest with the next one.
  double flush_secs = 10;
  /// Whether scalars and hyper-parameters are lines of `metrics.jsonl` too.
  bool json_lines = true;
};

/// Writer of a run's events.
///
/// Every writer starts a new event file, which TensorBoard joins to the older ones of the folder.
/// Events are collected in memory and appended in whole records. A process that is killed loses the
/// events of the last `flush_secs` seconds; the file before them can be read.
///
/// When a write fails, the call throws. Later calls continue behind the last byte written, so that
/// a full disk leaves no gap once it has capacity again. At most 64 KiB of events and the last one
/// are kept meanwhile; a call that throws `file-unwritable` beyond that adds no event.
///
/// Several threads may use one writer.
class RETROGRAD_API EventWriter {
 public:
  /// Creates the folder, if it is missing, and an event file.
  /// @throws IoError if they cannot be created
  explicit EventWriter(const std::string& folder, const EventWriterOptions& options = {},
                       Where where = {});
  /// Flushes; errors are ignored. `close()` reports them.
  ~EventWriter();
  /// Takes over the files of another writer, which may only be destroyed or assigned to.
  EventWriter(EventWriter&&) noexcept;
  /// Closes and takes over the files of another writer.
  EventWriter& operator=(EventWriter&&) noexcept;

  /// Adds a number. TensorBoard's file has it in float32 and `metrics.jsonl` in float64. NaN and
  /// infinities are kept; JSON has them as texts.
  /// @throws ValueError if the tag is empty or not UTF-8, as the others do
  /// @throws IoError if the file cannot be written, as the others do
  void add_scalar(const std::string& tag, double value, std::int64_t step, Where where = {});
  /// Adds the only element of a tensor of any dtype.
  /// @throws ShapeError unless `numel()` is 1
  void add_scalar(const std::string& tag, const Tensor& value, std::int64_t step, Where where = {});

  /// Adds the distribution of a tensor's elements: counts in 30 equal intervals from the smallest
  /// to the largest.
  /// Elements that are not finite are left out, and their number is added as the scalar
  /// `<tag>/not_finite`. An empty tensor is a histogram without elements.
  void add_histogram(const std::string& tag, const Tensor& values, std::int64_t step,
                     Where where = {});

  /// Adds an image (H, W) or (C, H, W) of 1 to 4 channels, with values as in `save_png()`: floating
  /// ones from 0 to 1, uint8 from 0 to 255.
  /// @throws ShapeError if the shape is another one
  /// @throws DTypeError if the dtype is int64
  void add_image(const std::string& tag, const Tensor& image, std::int64_t step, Where where = {});

  /// Adds a text in UTF-8, which TensorBoard shows as Markdown.
  /// @throws ValueError if the text is not UTF-8
  void add_text(const std::string& tag, const std::string& text, std::int64_t step,
                Where where = {});

  /// Adds the hyper-parameters of the run. TensorBoard compares runs by them and by all scalars.
  /// @code
  /// writer.add_hparams({{"lr", 0.1}, {"optimizer", "sgd"}, {"augment", true}});
  /// @endcode
  /// @throws ValueError if a name is empty, there twice, or a text is not UTF-8
  void add_hparams(const HParams& hparams, Where where = {});

  /// Adds a graph, in which modules are boxes.
  /// @code
  /// const Trace trace(model);
  /// const Tensor y = model(x);
  /// writer.add_graph(Graph(trace, {x}, {y}));
  /// @endcode
  void add_graph(const Graph& graph, Where where = {});

  /// Appends all events to the files. They survive a kill of the process from then on.
  /// @throws IoError if a file cannot be written
  void flush(Where where = {});
  /// Flushes and closes the files. Later calls throw, except `close()`.
  /// @throws IoError if a file cannot be written or closed
  void close(Where where = {});

  /// Returns the path of the event file.
  const std::string& path() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace retrograd::logging
