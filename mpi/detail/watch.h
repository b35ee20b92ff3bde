// What the other ranks have told. Internal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace retrograd::mpi::detail {

struct Watch {
  explicit Watch(int size)
      : waiting(static_cast<std::size_t>(size), 0), ended(static_cast<std::size_t>(size), -1) {}

  std::vector<std::int64_t> waiting;  // by rank: the operation that it waits in
  std::vector<std::int64_t> ended;    // by rank: its number of operations, or -1
  int failed = -1;                    // the first rank that failed
  std::string error{};                // its text
  bool reported = false;              // this rank has failed
};

}  // namespace retrograd::mpi::detail
