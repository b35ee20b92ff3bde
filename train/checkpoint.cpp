#include <charconv>
#include <system_error>

#include <fmt/format.h>

#include <retrograd/io/internal/file.h>
#include <retrograd/io/safetensors.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/train/detail/checkpoint.h>
#include <retrograd/train/run.h>

namespace retrograd::train {

namespace detail {

using retrograd::detail::FileCall;
using retrograd::detail::in_quotes;

namespace {

constexpr std::int64_t kVersion = 1;

// Texts of a checkpoint as numbers.
class Texts {
 public:
  explicit Texts(const Checkpoint& checkpoint)
      : call_("Run", checkpoint.path, {}), texts_(checkpoint.texts) {}

  template <class T>
  T number(const std::string& name) const {
    const std::string& text = at(name);
    T value = {};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
      call_.fail("{} is {}, which is no such number [file-malformed]", name, in_quotes(text));
    }
    return value;
  }
  const std::string& at(const std::string& name) const {
    const auto found = texts_.find(name);
    if (found == texts_.end()) {
      call_.fail("it is no checkpoint of a run: its metadata has no {} [file-malformed]", name);
    }
    return found->second;
  }
  bool has(const std::string& name) const { return texts_.contains(name); }
  const FileCall& call() const { return call_; }

 private:
  FileCall call_;
  const Metadata& texts_;
};

bool is_compared(std::string_view key) {
  return key.starts_with(kConfiguration) || key.starts_with(kFixed);
}

// Throws unless both have the name `key`, with one text.
void require_text(const Frame& call, const Checkpoint& checkpoint, const std::string& key,
                  const Metadata& present) {
  const auto text = [&](const Metadata& texts) {
    const auto found = texts.find(key);
    return found == texts.end() ? std::string("missing") : in_quotes(found->second);
  };
  const std::string was = text(checkpoint.texts);
  const std::string is = text(present);
  check::require<ValueError>(call, was == is, {},
                             "the checkpoint {} is of another run: {} was {} and is {} now. Use "
                             "another folder, or restore "
                             "what was changed [run-mismatch]",
                             in_quotes(checkpoint.path),
                             key.substr(key.find('.', key.find('.') + 1) + 1), was, is);
}

std::string described(const Tensor* tensor) {
  return tensor == nullptr
             ? "missing"
             : fmt::format("{} {}", name(tensor->dtype()), to_string(tensor->shape()));
}

}  // namespace

Checkpoint checkpoint_of(const std::vector<State>& parts, const Progress& progress,
                         const Metadata& configuration) {
  StateDict all;
  for (const State& part : parts) {
    for (const auto& [name, tensor] : part.save()) {
      all.insert(part.name + "." + name, tensor);
    }
  }
  Metadata texts = configuration;
  texts["run.version"] = fmt::to_string(kVersion);
  texts["run.step"] = fmt::to_string(progress.step);
  texts["run.epoch"] = fmt::to_string(progress.epoch);
  texts["run.batch"] = fmt::to_string(progress.batch);
  texts["run.generator.seed"] = fmt::to_string(progress.generator.seed);
  texts["run.generator.position"] = fmt::to_string(progress.generator.position);
  if (progress.metric) {
    texts["run.metric"] = fmt::format("{:.17g}", *progress.metric);
  }
  if (progress.best) {
    texts["run.best.metric"] = progress.best->name;
    texts["run.best.value"] = fmt::format("{:.17g}", progress.best->value);
    texts["run.best.step"] = fmt::to_string(progress.best->step);
  }
  return {"", std::move(all), std::move(texts)};
}

void write_checkpoint(const std::string& path, const std::vector<State>& parts,
                      const Progress& progress, const Metadata& configuration) {
  Checkpoint all = checkpoint_of(parts, progress, configuration);
  retrograd::save(all.tensors, path, SaveOptions{.metadata = std::move(all.texts)});
}

Checkpoint read_checkpoint(const std::string& path) {
  StateDict tensors = load_safetensors(path);  // verifies the checksum, that of the texts too
  return {path, std::move(tensors), load_metadata(path)};
}

void require_version(const Checkpoint& checkpoint) {
  const Texts texts(checkpoint);
  const auto version = texts.number<std::int64_t>("run.version");
  if (version < 1 || version > kVersion) {
    texts.call().fail(
        "the checkpoint has version {}, and this library reads versions 1 to {}: use the library "
        "that wrote it, or a later one [checkpoint-version]",
        version, kVersion);
  }
}

Progress progress_of(const Checkpoint& checkpoint) {
  const Texts texts(checkpoint);
  Progress progress;
  progress.step = texts.number<std::int64_t>("run.step");
  progress.epoch = texts.number<std::int64_t>("run.epoch");
  progress.batch = texts.number<std::int64_t>("run.batch");
  progress.generator = {texts.number<std::uint64_t>("run.generator.seed"),
                        texts.number<std::uint64_t>("run.generator.position")};
  if (texts.has("run.metric")) {
    progress.metric = texts.number<double>("run.metric");
  }
  if (texts.has("run.best.metric")) {
    progress.best = {texts.at("run.best.metric"), texts.number<double>("run.best.value"),
                     texts.number<std::int64_t>("run.best.step")};
  }
  return progress;
}

void require_alike(const Frame& call, const Checkpoint& checkpoint, const Metadata& configuration) {
  for (const Metadata* texts : {&configuration, &checkpoint.texts}) {
    for (const auto& entry : *texts) {
      if (is_compared(entry.first)) {
        require_text(call, checkpoint, entry.first, configuration);
      }
    }
  }
}

void require_model(const Frame& call, const std::string& path, const StateDict& saved,
                   const StateDict& present) {
  const auto require_tensor = [&](const std::string& name) {
    const std::string was = described(saved.find(name));
    const std::string is = described(present.find(name));
    check::require<ValueError>(
        call, was == is, {},
        "the checkpoint {} is of another model: {} was {} and is {} now. Use another folder, or "
        "restore the model [run-mismatch]",
        in_quotes(path), name, was, is);
  };
  for (const auto& [name, tensor] : present) {
    require_tensor(name);
  }
  for (const auto& [name, tensor] : saved) {
    require_tensor(name);
  }
}

StateDict part_of(const Checkpoint& checkpoint, std::string_view part) {
  StateDict state;
  for (const auto& [name, tensor] : checkpoint.tensors) {
    if (name.size() > part.size() && name.starts_with(part) && name[part.size()] == '.') {
      state.insert(name.substr(part.size() + 1), tensor);
    }
  }
  return state;
}

}  // namespace detail

StateDict load_part(const std::string& path, std::string_view part, Where where) {
  const Frame call("load_part", where);
  const detail::Checkpoint checkpoint = detail::read_checkpoint(path);
  detail::require_version(checkpoint);
  const std::string& parts = detail::Texts(checkpoint).at(detail::kParts);
  check::require<IndexError>(
      call, (" " + parts + " ").find(fmt::format(" {} ", part)) != std::string::npos, {},
      "the checkpoint {} has no part {}; its parts are {} [name-unknown]",
      retrograd::detail::in_quotes(path), part, parts);
  return detail::part_of(checkpoint, part);
}

}  // namespace retrograd::train
