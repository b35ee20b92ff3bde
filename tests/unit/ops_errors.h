// What every refused call has to do: throw the right type, say what is wrong and where the caller
// is, and leave nothing behind.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <initializer_list>
#include <string>
#include <typeinfo>

#include <retrograd/autograd/node.h>
#include <retrograd/tensor/error.h>
#include <retrograd/tensor/memory.h>
#include <retrograd/tensor/where.h>

inline void check_refused(const std::type_info& type, const std::function<void()>& call,
                          std::initializer_list<std::string> parts, retrograd::Where where) {
  const auto bytes = retrograd::memory::stats().in_use;
  const auto nodes = retrograd::Node::live_count();
  INFO("the call at line " << where.line);
  std::string message;
  try {
    call();
    FAIL_CHECK("nothing was thrown");
    return;
  } catch (const retrograd::Error& error) {
    CHECK(typeid(error) == type);
    CHECK(error.where().line == where.line);
    CHECK_MESSAGE(!error.code().empty(), error.what());
    message = error.what();
  }
  CHECK(retrograd::memory::stats().in_use == bytes);
  CHECK(retrograd::Node::live_count() == nodes);
  INFO(message);
  CHECK(message.find("   at " + to_string(where)) != std::string::npos);
  const std::string& op = *parts.begin();
  const auto begins = message.find(op + ": ");  // after the modules that run it
  CHECK_MESSAGE((begins == 0 || message.rfind(" > ", begins) + 3 == begins), op);
  for (const std::string& part : parts) {
    CHECK_MESSAGE(message.find(part) != std::string::npos, part);
  }
}

// REFUSED(ShapeError, add(a, b), "add", "[2, 3]"): the operator's name, then what the message
// holds.
#define REFUSED(type, call, ...)                                                \
  check_refused(                                                                \
      typeid(retrograd::type), [&] { static_cast<void>(call); }, {__VA_ARGS__}, \
      retrograd::Where())
