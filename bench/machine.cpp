// What the machine can do at best: multiply-adds from registers, copies through memory. Prints one
// line of JSON.
#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Independent accumulators in vector registers: enough to hide the latency.
__attribute__((target_clones("avx512f", "avx2,fma", "default"))) float multiply_add(long rounds) {
  constexpr int kLanes = 16;
  constexpr int kAccumulators = 12;
  float sums[kAccumulators][kLanes] = {};
  for (long i = 0; i < rounds; ++i) {
    for (auto& sum : sums) {
#pragma omp simd
      for (int lane = 0; lane < kLanes; ++lane) {
        sum[lane] = sum[lane] * 0.999F + 0.001F;
      }
    }
  }
  float total = 0;
  for (const auto& sum : sums) {
    for (const float value : sum) {
      total += value;
    }
  }
  return total;
}

double gigaflops() {
  constexpr long kRounds = 20'000'000;
  double best = 0;
  for (int repeat = 0; repeat < 3; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    float total = 0;
#pragma omp parallel reduction(+ : total)
    total += multiply_add(kRounds);
    const double flops = 2.0 * 12 * 16 * kRounds * omp_get_max_threads();
    best = std::max(best, total > 0 ? flops / seconds_since(start) / 1e9 : 0);
  }
  return best;
}

// Bytes read and written.
double copy_gigabytes() {
  constexpr std::size_t kBytes = std::size_t{1} << 28;
  std::vector<char> from(kBytes, 1);
  std::vector<char> to(kBytes, 2);
  double best = 0;
  for (int repeat = 0; repeat < 5; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
#pragma omp parallel
    {
      const auto part = kBytes / static_cast<std::size_t>(omp_get_num_threads());
      const auto begin = part * static_cast<std::size_t>(omp_get_thread_num());
      std::memcpy(to.data() + begin, from.data() + begin, part);
    }
    best = std::max(best, 2.0 * kBytes / seconds_since(start) / 1e9);
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  omp_set_num_threads(argc > 1 ? std::atoi(argv[1]) : 1);
  std::printf("{\"gigaflops\": %.1f, \"copy_gigabytes\": %.1f}\n", gigaflops(), copy_gigabytes());
}
