// The folder of a run: its lock, and the names of its checkpoints.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <retrograd/io/internal/file.h>

namespace retrograd::train::detail {

// A checkpoint by its name.
struct Found {
  std::int64_t step;
  std::string path;
};

std::string best_in(const std::string& folder);
std::string checkpoint_in(const std::string& folder, std::int64_t step);
// The newest first. Throws IoError if the folder is there and cannot be listed.
std::vector<Found> checkpoints_of(const retrograd::detail::FileCall& folder);
// Removes all but the newest `keep` checkpoints up to `step`. Later ones are damaged, or they would
// have been loaded.
void remove_old(const std::string& folder, std::int64_t step, std::int64_t keep);

// Creates a folder and those above it, durably, and locks it for this process.
class FolderLock {
 public:
  // Throws IoError if the folder cannot be created, or another process has it.
  explicit FolderLock(const retrograd::detail::FileCall& folder);

 private:
  retrograd::detail::Descriptor file_;
};

}  // namespace retrograd::train::detail
