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

struct Row {
  std::string name;
  std::function<Step()> prepare;  // makes what a step needs, and gives the step
  double flops = 0;               // multiplications and additions of a step, where that bounds it
  double bytes = 0;               // read and written, where that does
};
using Rows = std::vector<Row>;

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
                                   state.counters["flops"] = row.flops;
                                   state.counters["bytes"] = row.bytes;
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
