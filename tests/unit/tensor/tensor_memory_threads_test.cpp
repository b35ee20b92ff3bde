#include <doctest/doctest.h>

#include <atomic>
#include <cstring>
#include <mutex>
#include <thread>
#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
namespace memory = rg::memory;

namespace {

struct Block {
  unsigned char* data;
  std::size_t bytes;
  unsigned char mark;
};

Block marked_block(std::size_t bytes, unsigned char mark) {
  auto* data = static_cast<unsigned char*>(memory::allocate(bytes));
  std::memset(data, mark, bytes);
  return {data, bytes, mark};
}

// Whether nobody else wrote into the block.
bool give_back(const Block& block) {
  const std::vector<unsigned char> expected(block.bytes, block.mark);
  const bool intact = std::memcmp(block.data, expected.data(), block.bytes) == 0;
  memory::deallocate(block.data, block.bytes);
  return intact;
}

}  // namespace

TEST_CASE("memory: blocks may be freed in another thread than the one that took them") {
  const auto before = memory::stats().in_use;
  std::vector<rg::Tensor> tensors;
  std::thread([&] {
    for (std::int64_t i = 0; i < 1000; ++i) {
      tensors.push_back(rg::full({i % 100}, i));
    }
  }).join();
  CHECK(tensors[999].at({0}) == 999);
  tensors = {};
  CHECK(memory::stats().in_use == before);
}

TEST_CASE("memory: a thread that ends leaves its blocks to the others") {
  memory::trim();
  constexpr std::size_t bytes = 1024;
  constexpr std::size_t count = 50;
  std::thread([] {
    std::vector<Block> blocks;
    for (std::size_t i = 0; i < count; ++i) {
      blocks.push_back(marked_block(bytes, 1));
    }
    for (const Block& block : blocks) {
      give_back(block);
    }
  }).join();
  const auto before = memory::stats();
  CHECK(before.cached >= count * bytes);
  std::vector<Block> blocks;
  for (std::size_t i = 0; i < count; ++i) {
    blocks.push_back(marked_block(bytes, 2));
  }
  CHECK(memory::stats().system_allocations == before.system_allocations);
  for (const Block& block : blocks) {
    CHECK(give_back(block));
  }
}

TEST_CASE("memory: eight threads trading blocks never share one") {
  const auto before = memory::stats().in_use;
  std::mutex mutex;
  std::vector<Block> shelf;  // left by one thread, freed by another
  std::atomic<int> damaged{0};
  std::vector<std::thread> threads;
  for (unsigned id = 1; id <= 8; ++id) {
    threads.emplace_back([&, id] {
      for (std::uint64_t i = 0; i < 20'000; ++i) {
        const std::uint64_t bits = rg::random_bits({id, 0}, i);
        Block block = marked_block(bits % (i % 100 == 0 ? 100'000 : 2000) + 1,
                                   static_cast<unsigned char>(id));
        if (bits >> 63 != 0) {
          const std::scoped_lock lock(mutex);
          if (shelf.size() < 100) {
            shelf.push_back(block);
            continue;
          }
          std::swap(block, shelf[i % 100]);
        }
        damaged += !give_back(block);
        if (i % 5000 == 0) {
          memory::trim();
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (const Block& block : shelf) {
    damaged += !give_back(block);
  }
  CHECK(damaged == 0);
  CHECK(memory::stats().in_use == before);
}
