#include <retrograd/data/detail/pass.h>

#include <algorithm>
#include <cstddef>
#include <system_error>
#include <utility>

#include <unistd.h>

#include <retrograd/tensor/internal/helper_thread.h>

namespace retrograd::detail {

Workers::Workers(const BatchMaker& maker, std::int64_t first)
    : maker_(maker), next_(first), claimed_(first) {
  const std::int64_t left = maker.size() - first;
  const auto threads = std::min<std::int64_t>(maker.workers(), left);
  const std::int64_t most = left / threads;  // the product below may overflow
  const std::int64_t ahead = maker.prefetch() >= most ? left : threads * maker.prefetch();
  slots_.resize(static_cast<std::size_t>(ahead));
  threads_.reserve(static_cast<std::size_t>(threads));
  try {
    while (threads_.size() < static_cast<std::size_t>(threads)) {
      threads_.push_back(start_helper([this] { work(); }));
    }
  } catch (const std::system_error&) {
    // Where the system makes no more threads, those that there are do the work.
  } catch (...) {
    stop();
    throw;
  }
}

Workers::~Workers() {
  stop();
}

void Workers::stop() noexcept {
  {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
  }
  wanted_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

void Workers::work() noexcept {
  std::unique_lock lock(mutex_);
  for (;;) {
    wanted_.wait(lock, [&] {
      return stopped_ || claimed_ == maker_.size() ||
             claimed_ - next_ < static_cast<std::int64_t>(slots_.size());
    });
    if (stopped_ || claimed_ == maker_.size()) {
      return;
    }
    Slot& mine = slot(claimed_);
    const std::int64_t number = claimed_++;
    lock.unlock();
    std::optional<Batch> batch;
    std::exception_ptr error;
    try {
      batch = maker_.make(number, &stopped_);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    if (batch) {
      mine.batch = std::move(*batch);
    }
    mine.error = std::move(error);
    mine.ready = true;
    made_.notify_all();
  }
}

Workers::Slot& Workers::wait_for_next() {
  Slot& next = slot(next_);
  std::unique_lock lock(mutex_);
  made_.wait(lock, [&] { return next.ready; });
  return next;
}

Batch Workers::take() {
  if (threads_.empty()) {
    return *maker_.make(next_, nullptr);
  }
  Slot& next = wait_for_next();
  if (next.error) {
    std::rethrow_exception(next.error);
  }
  return std::move(next.batch);
}

void Workers::advance() {
  if (!threads_.empty()) {
    wait_for_next() = Slot();
  }
  {
    const std::scoped_lock lock(mutex_);
    ++next_;
  }
  wanted_.notify_one();
}

Pass::Pass(BatchMaker maker, std::int64_t first, std::uint64_t epoch)
    : maker_(std::move(maker)),
      next_(first),
      position_(std::make_shared<PassPosition>(PassPosition{epoch, first, first == maker_.size()})),
      process_(::getpid()) {
  if (maker_.workers() > 0 && !ended()) {
    workers_ = std::make_unique<Workers>(maker_, first);
  }
}

Pass::~Pass() {
  if (!has_workers()) {
    static_cast<void>(workers_.release());  // its destructor would wait for threads
  }
}

bool Pass::has_workers() const noexcept {
  return workers_ != nullptr && process_ == ::getpid();
}

Batch& Pass::batch() {
  if (!present_) {
    present_ = has_workers() ? workers_->take() : *maker_.make(next_, nullptr);
  }
  position_->handed_out = next_ + 1;
  return *present_;
}

void Pass::advance() {
  present_.reset();
  ++next_;
  if (has_workers()) {
    workers_->advance();
  }
  position_->handed_out = next_;
  position_->ended = next_ == maker_.size();
}

}  // namespace retrograd::detail
