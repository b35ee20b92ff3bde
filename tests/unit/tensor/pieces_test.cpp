// Loops that threads share: each piece runs once, whoever runs it.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cfenv>
#include <chrono>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <retrograd/retrograd.h>
#include <retrograd/tensor/detail/punctuality.h>
#include <retrograd/tensor/loops/pieces.h>

#include "threads_guard.h"

namespace rg = retrograd;
using test::Threads;
using namespace rg::detail;

namespace {

// How often each of `pieces` pieces ran, in several threads.
std::vector<int> counts_of(std::int64_t pieces) {
  std::vector<std::atomic<int>> counts(static_cast<std::size_t>(pieces));
  for_each_piece_of(pieces, lanes_for(pieces),
                    [&](std::int64_t piece, int) { ++counts[static_cast<std::size_t>(piece)]; });
  return {counts.begin(), counts.end()};
}

bool all_once(const std::vector<int>& counts) {
  return counts == std::vector<int>(counts.size(), 1);
}

}  // namespace

TEST_CASE("pieces: each runs once, for any number of threads") {
  for (const int threads : {1, 2, 3, 4, 7, 16}) {
    const Threads set(threads);
    CAPTURE(threads);
    for (const std::int64_t pieces : {0, 1, 2, 3, 5, 16, 17, 1000}) {
      CAPTURE(pieces);
      for (int repeat = 0; repeat < 20; ++repeat) {
        REQUIRE(all_once(counts_of(pieces)));
      }
    }
  }
}

TEST_CASE("pieces: two pieces of one lane never run at once") {
  const Threads set(4);
  const int lanes = lanes_for(500);
  CHECK(lanes == 4);
  std::vector<std::atomic<int>> inside(4);
  std::atomic<int> faults{0};
  for_each_piece_of(500, lanes, [&](std::int64_t, int lane) {
    faults += lane < 0 || lane >= lanes || ++inside[static_cast<std::size_t>(lane)] != 1 ? 1 : 0;
    std::this_thread::yield();
    --inside[static_cast<std::size_t>(lane)];
  });
  CHECK(faults == 0);
}

TEST_CASE("pieces: the cut does not depend on the number of threads, and covers everything") {
  for (const std::int64_t count : {0, 1, 2, 100, 65535, 65536, 100001, 10000000}) {
    for (const std::int64_t grain : {0, 1, 7, 32768}) {
      const std::int64_t pieces = pieces_of(count, grain);
      CAPTURE(count);
      CAPTURE(grain);
      CHECK(pieces >= 1);
      CHECK(pieces <= std::max<std::int64_t>(count, 1));
      std::vector<std::pair<std::int64_t, std::int64_t>> expected;
      for (const int threads : {2, 3, 7}) {
        const Threads set(threads);
        std::mutex mutex;
        std::vector<std::pair<std::int64_t, std::int64_t>> cut;
        for_pieces(count, pieces, lanes_for(pieces),
                   [&](std::int64_t begin, std::int64_t end, int) {
                     const std::scoped_lock lock(mutex);
                     cut.emplace_back(begin, end);
                   });
        std::sort(cut.begin(), cut.end());
        CHECK(cut.front().first == 0);
        CHECK(cut.back().second == count);
        expected = expected.empty() ? cut : expected;
        CHECK(cut == expected);
      }
    }
  }
}

TEST_CASE("pieces: a loop inside a piece runs in the piece's thread") {
  const Threads set(4);
  std::atomic<int> elsewhere{0};
  std::atomic<int> inner{0};
  for_each_piece_of(40, lanes_for(40), [&](std::int64_t, int) {
    const std::thread::id own = std::this_thread::get_id();
    elsewhere += lanes_for(100) == 1 ? 0 : 1;
    parallel_ranges(1000000, 10, [&](std::int64_t begin, std::int64_t end) {
      elsewhere += std::this_thread::get_id() == own ? 0 : 1;
      inner += static_cast<int>(end - begin);
    });
  });
  CHECK(elsewhere == 0);
  CHECK(inner == 40 * 1000000);
  CHECK(lanes_for(100) == 4);  // again afterwards
}

TEST_CASE("pieces: an exception reaches the caller when all pieces have run") {
  const Threads set(4);
  for (const std::int64_t failing : {0, 1, 50, 99}) {
    std::atomic<int> ran{0};
    const auto loop = [&] {
      for_each_piece_of(100, lanes_for(100), [&](std::int64_t piece, int) {
        ++ran;
        if (piece == failing) {
          throw std::runtime_error("piece " + std::to_string(piece));
        }
      });
    };
    CHECK_THROWS_WITH_AS(loop(), ("piece " + std::to_string(failing)).c_str(), std::runtime_error);
    CHECK(ran == 100);
    CHECK(all_once(counts_of(100)));  // the threads are well
  }
}

TEST_CASE("pieces: memory that runs out in another thread names the operator") {
  const Threads set(4);
  const auto loop = [] {
    const rg::Frame frame("my_operator", rg::Where{});
    for_each_piece_of(100, lanes_for(100), [&](std::int64_t piece, int lane) {
      if (lane > 0 || piece > 90) {
        throw rg::OutOfMemory(123);
      }
    });
  };
  CHECK_THROWS_WITH_AS(loop(), doctest::Contains("my_operator"), rg::OutOfMemory);
}

TEST_CASE("pieces: several threads of the program share loops at once") {
  const Threads set(3);
  std::vector<int> wrong(8, 0);
  std::vector<std::thread> threads;
  for (int& faults : wrong) {
    threads.emplace_back([&faults] {
      for (int repeat = 0; repeat < 200; ++repeat) {
        faults += all_once(counts_of(30 + repeat)) ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(wrong == std::vector<int>(8, 0));
}

TEST_CASE("pieces: a thread of the program may end, and the next one goes on") {
  const Threads set(4);
  for (int repeat = 0; repeat < 20; ++repeat) {
    bool right = false;
    std::thread([&] { right = all_once(counts_of(64)); }).join();
    CHECK(right);
  }
}

TEST_CASE("pieces: the number of threads may change at any time") {
  const Threads set(2);
  std::atomic<bool> done{false};
  std::thread other([&] {
    for (int i = 0; i < 300; ++i) {
      rg::set_num_threads(1 + i % 9);
    }
    done = true;
  });
  bool right = true;
  while (!done) {
    right = right && all_once(counts_of(50));
  }
  other.join();
  CHECK(right);
}

TEST_CASE("pieces: an idle thread that sleeps wakes up") {
  const Threads set(3);
  for (int repeat = 0; repeat < 5; ++repeat) {
    CHECK(all_once(counts_of(100)));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

#if defined(__SSE2__)
TEST_CASE("pieces: they round as their caller does") {
  const Threads set(4);
  const auto thirds = [](std::vector<double>& results) {
    for_each_piece_of(64, lanes_for(64), [&](std::int64_t piece, int) {
      volatile double three = 3;
      results[static_cast<std::size_t>(piece)] = 1 / three;
      std::this_thread::yield();
    });
  };
  std::vector<double> usual(64);
  std::vector<double> up(64);
  thirds(usual);
  const int before = std::fegetround();
  std::fesetround(FE_UPWARD);
  thirds(up);
  std::fesetround(before);
  std::vector<double> after(64);
  thirds(after);
  CHECK(usual == std::vector<double>(64, usual[0]));
  CHECK(up == std::vector<double>(64, up[0]));
  CHECK(up[0] > usual[0]);
  CHECK(after == usual);
}
#endif

TEST_CASE("pieces: a thread that lost most of a long loop stays away, for longer each time") {
  using std::chrono::microseconds;
  using std::chrono::milliseconds;
  Punctuality::Clock::time_point now(std::chrono::hours(1));
  std::chrono::nanoseconds worked(0);
  const auto work = [&] { return worked; };
  Punctuality thread;
  const auto loop = [&](milliseconds present, microseconds own) {
    REQUIRE(thread.starts(now, work));
    now += present;
    worked += own;
    return thread.ends(now, work);
  };
  CHECK(loop(milliseconds(0), microseconds(0)) == milliseconds(0));
  CHECK(loop(milliseconds(10), microseconds(9500)) == milliseconds(0));  // lost half a millisecond
  CHECK(loop(milliseconds(10), microseconds(6000)) == milliseconds(0));  // and less than half
  milliseconds expected(16);
  for (int repeat = 0; repeat < 8; ++repeat) {
    CHECK(loop(milliseconds(3), microseconds(100)) == expected);
    now += expected - milliseconds(1);
    CHECK_FALSE(thread.starts(now, work));
    now += milliseconds(1);
    expected = std::min(2 * expected, milliseconds(512));
  }
  now += std::chrono::hours(1);
  CHECK(loop(milliseconds(3), microseconds(100)) == milliseconds(16));
}

TEST_CASE("set_deterministic holds for the program, and its guard for a scope") {
  const bool before = rg::is_deterministic();
  rg::set_deterministic(false);
  {
    const rg::DeterministicGuard guard;
    CHECK(rg::is_deterministic());
    const rg::DeterministicGuard inner;
    CHECK(rg::is_deterministic());
  }
  CHECK_FALSE(rg::is_deterministic());
  rg::set_deterministic(true);
  CHECK(rg::is_deterministic());
  rg::set_deterministic(before);
}
