// Checkpoints of a run: one safetensors file each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <retrograd/io/load.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/random.h>
#include <retrograd/tensor/state_dict.h>
#include <retrograd/train/state.h>

namespace retrograd::train::detail {

// Keys of the texts that two runs of one folder have in common: the user's, and ours.
inline constexpr std::string_view kConfiguration = "run.configuration.";
inline constexpr std::string_view kFixed = "run.fixed.";
inline constexpr const char* kParts = "run.fixed.parts";

// The best value of a metric.
struct Best {
  std::string name;
  double value;
  std::int64_t step;
};

// How far a run is.
struct Progress {
  std::int64_t step = 0;
  std::int64_t epoch = 0;        // finished ones
  std::int64_t batch = 0;        // of the next epoch, done
  std::optional<double> metric;  // the last value in this epoch
  std::optional<Best> best;
  Generator::State generator = {0, 0};
};

struct Checkpoint {
  std::string path;
  StateDict tensors;  // "part.name"
  Metadata texts;
};

// The state of all parts, of no file.
Checkpoint checkpoint_of(const std::vector<State>& parts, const Progress& progress,
                         const Metadata& configuration);
// Throws IoError with the system's reason.
void write_checkpoint(const std::string& path, const std::vector<State>& parts,
                      const Progress& progress, const Metadata& configuration);
// Throws IoError for a file that is damaged.
Checkpoint read_checkpoint(const std::string& path);
// Throws IoError for a file of a later version.
void require_version(const Checkpoint& checkpoint);
// Throws IoError for a file of another kind.
Progress progress_of(const Checkpoint& checkpoint);

// Throws ValueError unless the checkpoint has this configuration.
void require_alike(const Frame& call, const Checkpoint& checkpoint, const Metadata& configuration);
// Throws ValueError unless the tensors have the names, shapes and dtypes of the present ones.
void require_model(const Frame& call, const std::string& path, const StateDict& saved,
                   const StateDict& present);
// The tensors of a part, under their own names.
StateDict part_of(const Checkpoint& checkpoint, std::string_view part);

}  // namespace retrograd::train::detail
