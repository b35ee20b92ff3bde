// Waits for operations, and what ranks tell each other meanwhile.
#include <algorithm>
#include <chrono>
#include <exception>
#include <string>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include <retrograd/mpi/communicator.h>
#include <retrograd/mpi/detail/watch.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::mpi {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using Seconds = std::chrono::duration<double>;

// Short waits spin, as ranks mostly come together; longer ones leave the processor to others. A
// busy neighbour keeps it for milliseconds, so ranks with a processor each spin for longer.
constexpr auto kSpin = milliseconds(2);
constexpr auto kSpinCrowded = microseconds(50);
constexpr auto kYield = milliseconds(10);
constexpr auto kSleep = microseconds(50);
constexpr auto kLookEach = milliseconds(5);
// Ranks that wait say so early: one that says it shortly before another gives up was not late.
constexpr double kAnnounce = 1;  // seconds, or a tenth of the timeout

std::string names(const std::vector<int>& ranks) {
  return fmt::format("rank{} {}", ranks.size() == 1 ? "" : "s", fmt::join(ranks, ", "));
}

}  // namespace

Work::Work() noexcept = default;
Work::~Work() = default;
Work::Work(Work&& other) noexcept = default;
Work& Work::operator=(Work&& other) noexcept = default;

Work::Work(Communicator& communicator, std::unique_ptr<detail::Request> request,
           std::int64_t number, const char* op, std::string_view what)
    : communicator_(&communicator),
      request_(std::move(request)),
      number_(number),
      op_(op),
      what_(what) {}

bool Work::test(Where where) {
  if (request_) {
    const Frame call(op_, where);
    if (!request_->test()) {
      return false;
    }
    request_.reset();
  }
  return true;
}

void Work::wait(Where where) {
  if (!test(where)) {
    communicator_->wait_for(*this, where);
  }
}

void Communicator::wait_for(Work& work, Where where) {
  const Clock::time_point begin = Clock::now();
  const auto spin = crowded_ ? Clock::duration(kSpinCrowded) : Clock::duration(kSpin);
  auto next_look = Clock::duration(kLookEach);
  bool announced = false;
  while (!work.test(where)) {
    const Clock::duration waited = Clock::now() - begin;
    if (waited < spin) {
      continue;
    }
    if (waited < kYield) {
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(kSleep);
    }
    if (waited < next_look) {
      continue;
    }
    next_look = waited + kLookEach;
    if (!announced && waited > Seconds(std::min(kAnnounce, timeout_ / 10))) {
      announced = true;
      send({.kind = detail::Notice::Kind::waiting, .rank = rank_, .number = work.number_});
    }
    listen();
    if (!work.test(where)) {  // what has ended needs no other rank
      look(work, where);
    }
    if (waited > Seconds(timeout_)) {
      std::vector<int> late;
      for (int r = 0; r < size_; ++r) {
        if (r != rank_ && watch_->waiting[static_cast<std::size_t>(r)] < work.number_) {
          late.push_back(r);
        }
      }
      check::refuse<CommunicationError>(
          {work.op_, where}, {},
          "rank {} waited {} s for {}, and {} took no part in it [rank-late]", rank_, timeout_,
          work.what_, late.empty() ? std::string("the network") : names(late));
    }
  }
}

void Communicator::listen() {
  detail::Notice notice;
  while (receive(notice)) {
    const auto sender = static_cast<std::size_t>(notice.rank);
    switch (notice.kind) {
      case detail::Notice::Kind::waiting: watch_->waiting[sender] = notice.number; break;
      case detail::Notice::Kind::ended: watch_->ended[sender] = notice.number; break;
      case detail::Notice::Kind::failed:
        watch_->ended[sender] = notice.number;
        if (watch_->failed < 0) {
          watch_->failed = notice.rank;
          watch_->error = notice.text;
        }
        break;
    }
  }
}

void Communicator::look(const Work& work, Where where) {
  check::require<CommunicationError>({work.op_, where}, watch_->failed < 0, {},
                                     "rank {} waits for {}, and rank {} failed: {} [rank-failed]",
                                     rank_, work.what_, watch_->failed, watch_->error);
  for (int r = 0; r < size_; ++r) {
    const std::int64_t ended = watch_->ended[static_cast<std::size_t>(r)];
    check::require<CommunicationError>(
        {work.op_, where}, ended < 0 || ended >= work.number_, {},
        "rank {} waits for {}, and rank {} has ended: it took part in {} operations, and this is "
        "number {} [rank-ended]",
        rank_, work.what_, r, ended, work.number_);
  }
}

void Communicator::report(std::string_view error) noexcept {
  try {
    if (!std::exchange(watch_->reported, true)) {
      send({.kind = detail::Notice::Kind::failed,
            .rank = rank_,
            .number = started_,
            .text = std::string(error)});
    }
  } catch (const std::exception&) {  // the others find out by their timeout
  }
}

std::string Communicator::leave() {
  send({.kind = detail::Notice::Kind::ended, .rank = rank_, .number = started_});
  const Clock::time_point begin = Clock::now();
  while (Clock::now() - begin < Seconds(timeout_)) {
    listen();
    if (watch_->failed >= 0) {
      return fmt::format("rank {} failed: {}", watch_->failed, watch_->error);
    }
    if (std::count(watch_->ended.begin(), watch_->ended.end(), -1) == 1) {  // this one
      return {};
    }
    std::this_thread::sleep_for(kSleep);
  }
  return fmt::format("rank {} has ended, and others have not {} s later", rank_, timeout_);
}

void Communicator::linger(double seconds) noexcept {
  try {
    const Clock::time_point begin = Clock::now();
    while (Clock::now() - begin < Seconds(seconds) &&
           std::count(watch_->ended.begin(), watch_->ended.end(), -1) > 1) {
      listen();
      std::this_thread::sleep_for(milliseconds(1));
    }
  } catch (const std::exception&) {  // it was for the others' messages
  }
}

}  // namespace retrograd::mpi
