// The start of both programs: --threads N, --once NAME (one run without timing), and Google
// Benchmark's options.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <cstring>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace bench {

using Step = std::function<void()>;

struct Counts {
  double flops = 0;       // multiplications and additions of a step, where that bounds it
  double bytes = 0;       // read and written, where that does
  double parameters = 0;  // of the model, which must have as many in every library
};

struct Row {
  std::string name;
  std::function<Step()> prepare;    // makes what a step needs, and gives the step
  std::function<Counts()> count{};  // may take as long as a step
  bool memory = false;              // whether the peak memory of a step is measured, too
};
using Rows = std::vector<Row>;

inline std::function<Counts()> flops_of(double flops) {
  return [=] { return Counts{flops, 0, 0}; };
}
inline std::function<Counts()> bytes_of(double bytes) {
  return [=] { return Counts{0, bytes, 0}; };
}

inline int run(int argc, char** argv, const Rows& rows,
               const std::function<void(int)>& set_num_threads) {
  std::string once;
  std::vector<char*> rest{argv[0]};
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--threads") == 0 && i + 1 < argc) {
      set_num_threads(std::atoi(argv[++i]));
    } else if (std::strcmp(argv[i], "--once") == 0 && i + 1 < argc) {
      once = argv[++i];
    } else {
      rest.push_back(argv[i]);
    }
  }
  for (const Row& row : rows) {
    if (row.name == once) {
      row.prepare()();
      return 0;
    }
    benchmark::RegisterBenchmark(row.name.c_str(),
                                 [&row](benchmark::State& state) {
                                   const Step step = row.prepare();
                                   step();
                                   step();  // warm: allocations are cached, kernels are made
                                   for (auto _ : state) {
                                     step();
                                   }
                                   const Counts counts = row.count ? row.count() : Counts{};
                                   state.counters["flops"] = counts.flops;
                                   state.counters["bytes"] = counts.bytes;
                                   state.counters["parameters"] = counts.parameters;
                                   state.counters["memory"] = row.memory ? 1 : 0;
                                 })
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
  }
  if (!once.empty()) {
    std::cerr << "no row is called '" << once << "'\n";
    return 2;
  }
  int count = static_cast<int>(rest.size());
  benchmark::Initialize(&count, rest.data());
  if (benchmark::ReportUnrecognizedArguments(count, rest.data())) {
    return 2;
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace bench
