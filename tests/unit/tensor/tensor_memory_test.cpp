#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
namespace memory = rg::memory;

namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr std::size_t kSizes[] = {0,    1,     63,    64,      65,   100,      1000,    4096,
                                  4097, 65536, 65537, 100'000, kMiB, kMiB + 1, 3 * kMiB};

// Puts the default limit back at the end.
class CacheLimit {
 public:
  explicit CacheLimit(std::size_t bytes) : previous_(memory::stats().cache_limit) {
    memory::set_cache_limit(bytes);
  }
  CacheLimit(const CacheLimit&) = delete;
  CacheLimit& operator=(const CacheLimit&) = delete;
  ~CacheLimit() { memory::set_cache_limit(previous_); }

 private:
  std::size_t previous_;
};

// Takes a block of each size, then gives all back.
void take_and_give_back(std::size_t count, std::size_t bytes) {
  std::vector<void*> blocks;
  for (std::size_t i = 0; i < count; ++i) {
    blocks.push_back(memory::allocate(bytes));
  }
  for (void* block : blocks) {
    memory::deallocate(block, bytes);
  }
}

}  // namespace

TEST_CASE("memory: blocks are aligned to 64 bytes and wholly usable") {
  for (const std::size_t bytes : kSizes) {
    CAPTURE(bytes);
    const auto before = memory::stats().in_use;
    void* block = memory::allocate(bytes);
    const auto taken = memory::stats().in_use - before;
    CHECK(reinterpret_cast<std::uintptr_t>(block) % 64 == 0);
    std::memset(block, 0xff, bytes);
    CHECK(taken >= bytes);
    CHECK(taken <= bytes + bytes / (bytes > 65536 ? 16 : 4) + 64);
    memory::deallocate(block, bytes);
    CHECK(memory::stats().in_use == before);
  }
  CHECK(reinterpret_cast<std::uintptr_t>(rg::empty({3}).data<float>()) % 64 == 0);
}

TEST_CASE("memory: a second identical round asks the system for nothing") {
  const auto round = [] {
    for (const std::size_t bytes : kSizes) {
      take_and_give_back(3, bytes);
    }
  };
  round();
  const auto before = memory::stats();
  round();
  const auto after = memory::stats();
  CHECK(after.system_allocations == before.system_allocations);
  CHECK(after.allocations == before.allocations + 3 * std::size(kSizes));
}

TEST_CASE("memory: a training step reuses the blocks of the one before") {
  const rg::Tensor x = rg::randn({32, 50});
  rg::Tensor weight = rg::randn({20, 50}, {.requires_grad = true});
  const auto step = [&] {
    rg::sum(rg::square(rg::linear(x, weight))).backward();
    weight.zero_grad();
  };
  step();
  const auto before = memory::stats();
  step();
  CHECK(memory::stats().system_allocations == before.system_allocations);
  CHECK(memory::stats().in_use == before.in_use);
}

TEST_CASE("memory: the cache is bounded") {
  memory::trim();
  const CacheLimit limit(2 * kMiB);
  CHECK(memory::stats().cache_limit == 2 * kMiB);
  take_and_give_back(5, kMiB);
  CHECK(memory::stats().cached == 2 * kMiB);
  memory::set_cache_limit(kMiB);
  CHECK(memory::stats().cached == kMiB);
}

TEST_CASE("memory: a full cache makes room for the sizes in use") {
  memory::trim();
  const CacheLimit limit(8 * kMiB);
  take_and_give_back(8, kMiB);  // of a size that is not asked for again
  const auto round = [] {
    take_and_give_back(3, 100'000);
    take_and_give_back(2, 3 * kMiB / 2);
    take_and_give_back(600, 2000);
  };
  round();
  const auto before = memory::stats();
  CHECK(before.cached <= 8 * kMiB);
  round();
  CHECK(memory::stats().system_allocations == before.system_allocations);
}

TEST_CASE("memory: a full cache still serves a part of what does not fit as a whole") {
  memory::trim();
  const CacheLimit limit(4 * kMiB);
  const auto round = [] {
    std::vector<void*> blocks;
    for (std::size_t i = 0; i < 8; ++i) {
      blocks.push_back(memory::allocate(kMiB + i * kMiB / 8));
    }
    for (std::size_t i = 0; i < 8; ++i) {
      memory::deallocate(blocks[i], kMiB + i * kMiB / 8);
    }
  };
  round();
  const auto before = memory::stats();
  round();
  CHECK(memory::stats().system_allocations - before.system_allocations <= 6);
}

TEST_CASE("memory: a thread keeps at most 512 KiB of a size for itself") {
  memory::trim();
  take_and_give_back(1000, 1024);
  CHECK(memory::stats().cached >= (1000 - 512) * 1024);
}

TEST_CASE("memory: a limit of 0 keeps nothing, small blocks included") {
  for (const std::size_t bytes : {std::size_t{100}, kMiB}) {
    CAPTURE(bytes);
    take_and_give_back(1, bytes);
    const CacheLimit none(0);
    for (int round = 0; round < 2; ++round) {
      const auto before = memory::stats().system_allocations;
      take_and_give_back(1, bytes);
      CHECK(memory::stats().system_allocations == before + 1);
      CHECK(memory::stats().cached == 0);
    }
  }
}

TEST_CASE("memory: trim gives small and large blocks back to the system") {
  for (const std::size_t bytes : {std::size_t{100}, kMiB}) {
    CAPTURE(bytes);
    take_and_give_back(1, bytes);
    memory::trim();
    CHECK(memory::stats().cached == 0);
    const auto before = memory::stats().system_allocations;
    take_and_give_back(1, bytes);
    CHECK(memory::stats().system_allocations == before + 1);
  }
}

TEST_CASE("memory: the peak stands until it is reset") {
  const rg::Tensor alive = rg::ones({100});
  memory::reset_peak();
  const auto start = memory::stats();
  CHECK(start.peak == start.in_use);
  take_and_give_back(2, kMiB);
  take_and_give_back(1, kMiB);
  CHECK(memory::stats().peak == start.in_use + 2 * kMiB);
  memory::reset_peak();
  CHECK(memory::stats().peak == start.in_use);
}

TEST_CASE("memory: tensors, views and tapes give everything back") {
  const auto before = memory::stats().in_use;
  {
    rg::Tensor x = rg::randn({4, 3, 8, 8}, {.requires_grad = true});
    const rg::Tensor w = rg::randn({2, 3, 3, 3}, {.requires_grad = true});
    const rg::Tensor y = rg::conv2d(x, w);
    rg::sum(rg::slice(rg::transpose(y, 1, 2), 0, 1)).backward();
    const rg::Tensor unused = rg::exp(y);
    CHECK(memory::stats().in_use > before);
  }
  CHECK(memory::stats().in_use == before);
}

TEST_CASE("memory: a request that no system can meet changes nothing") {
  const auto before = memory::stats();
  CHECK_THROWS_WITH_AS(memory::allocate(std::numeric_limits<std::size_t>::max()),
                       "out of memory: 18446744073709551615 bytes were asked for  [out-of-memory]",
                       rg::OutOfMemory);
  CHECK(memory::stats().in_use == before.in_use);
  CHECK(memory::stats().allocations == before.allocations);
}
