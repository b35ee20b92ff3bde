// A pass over a data set: the present batch, and threads that make the next ones.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <sys/types.h>

#include <retrograd/data/detail/batch_maker.h>

namespace retrograd::detail {

// What a loader knows of its latest pass.
struct PassPosition {
  std::uint64_t epoch;
  std::int64_t handed_out;  // batches
  bool ended;
};

// Threads that make batches, and the batches that are ready. One thread at a time takes them.
class Workers {
 public:
  // From batch `first` on.
  Workers(const BatchMaker& maker, std::int64_t first);
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers();

  // The next batch, or what making it threw. Waits.
  Batch take();
  // Makes the next but one the next, taken or not.
  void advance();

 private:
  struct Slot {
    bool ready = false;
    Batch batch;
    std::exception_ptr error;
  };

  void work() noexcept;
  // Ends the threads after the samples that they are at.
  void stop() noexcept;
  Slot& slot(std::int64_t number) noexcept {
    return slots_[static_cast<std::size_t>(number) % slots_.size()];
  }
  Slot& wait_for_next();

  const BatchMaker& maker_;
  std::mutex mutex_;
  std::condition_variable made_;
  std::condition_variable wanted_;
  std::vector<Slot> slots_;
  std::int64_t next_;     // to take
  std::int64_t claimed_;  // up to this one
  std::atomic<bool> stopped_{false};
  std::vector<std::thread> threads_;
};

class Pass {
 public:
  Pass(BatchMaker maker, std::int64_t first, std::uint64_t epoch);
  Pass(const Pass&) = delete;
  Pass& operator=(const Pass&) = delete;
  ~Pass();

  Batch& batch();
  void advance();
  bool ended() const noexcept { return position_->ended; }
  std::shared_ptr<const PassPosition> position() const noexcept { return position_; }

 private:
  // Whether this is the process that started them; a child made by fork() has none of its threads.
  bool has_workers() const noexcept;

  BatchMaker maker_;
  std::int64_t next_;
  std::shared_ptr<PassPosition> position_;
  std::optional<Batch> present_;
  std::unique_ptr<Workers> workers_;
  ::pid_t process_;
};

}  // namespace retrograd::detail
