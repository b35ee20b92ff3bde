#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <utility>

#include <doctest/doctest.h>
#include <pthread.h>

// Runs f in a thread with a stack of so many bytes.
inline void on_small_stack(std::function<void()> f, std::size_t bytes = 256 * 1024) {
  struct Call {
    std::function<void()> run;
    std::exception_ptr error;
  } call{std::move(f), nullptr};
  pthread_attr_t attributes;
  REQUIRE(pthread_attr_init(&attributes) == 0);
  REQUIRE(pthread_attr_setstacksize(&attributes, bytes) == 0);
  pthread_t thread{};
  REQUIRE(pthread_create(
              &thread, &attributes,
              [](void* argument) -> void* {
                auto& c = *static_cast<Call*>(argument);
                try {
                  c.run();
                } catch (...) {
                  c.error = std::current_exception();
                }
                return nullptr;
              },
              &call) == 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  if (call.error) {
    std::rethrow_exception(call.error);
  }
}
