// Internal.
#pragma once

#include <cstdlib>

namespace retrograd::detail {

// The value of an environment variable, or null. To be asked once, when it is first needed: a
// program that sets variables in one thread while another one reads them is wrong.
inline const char* environment(const char* name) noexcept {
  return std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
}

}  // namespace retrograd::detail
