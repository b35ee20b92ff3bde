// Worker threads of a loader, where a data set's own code uses OpenMP.
#include <atomic>
#include <cstdint>

#include <omp.h>

#include <doctest/doctest.h>

#include <retrograd/retrograd.h>

namespace rg = retrograd;

namespace {

struct Counting : rg::Dataset {
  explicit Counting(std::atomic<int>& found) : teams(&found) {}
  std::int64_t size() const override { return 8; }
  rg::Sample get(std::int64_t index) const override {
    *teams += omp_get_max_threads() == 1 ? 0 : 1;
    return {rg::rand({4}), rg::tensor(index)};
  }
  std::atomic<int>* teams;
};

}  // namespace

TEST_CASE("DataLoader: workers start no teams of OpenMP's threads") {
  std::atomic<int> teams{0};
  rg::DataLoader loader(Counting(teams), {.batch_size = 3, .workers = 2});
  std::int64_t samples = 0;
  for (auto& batch : loader) {
    samples += batch.inputs.size(0);
  }
  CHECK(samples == 8);
  CHECK(teams == 0);
}
