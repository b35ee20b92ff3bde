// Where: the caller's line in every form of a call, and no argument by mistake.
#include <doctest/doctest.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

#include <retrograd/retrograd.h>

#include "unit/io_temp_files.h"

namespace rg = retrograd;
using rg::Tensor;
using rg::Where;

namespace {

// Only a Where converts to one.
template <class T>
concept Converts = std::constructible_from<Where, T> || std::convertible_to<T, Where>;
static_assert(Converts<Where> && Converts<const Where&>);
static_assert(!Converts<int> && !Converts<unsigned> && !Converts<bool> && !Converts<double>);
static_assert(!Converts<std::nullptr_t> && !Converts<const char*> && !Converts<const char (&)[2]>);
static_assert(!Converts<std::string> && !Converts<rg::Dims> && !Converts<Tensor>);
static_assert(!std::constructible_from<Where, const char*, unsigned>);
static_assert(!std::constructible_from<Where, const char*, int>);

// A literal 0 is a null pointer too, which no type shows: calls are tried with each literal, after
// the same call with none. Their first argument is x or n, so that they depend on a template.
Tensor sample;
#define COMPILES(...)                                      \
  ([]([[maybe_unused]] auto& x, [[maybe_unused]] auto n) { \
    return requires {                                      \
      __VA_ARGS__;                                         \
    };                                                     \
  }(sample, 1))
#define REFUSES_LITERALS(function, ...)                         \
  static_assert(COMPILES(function(__VA_ARGS__)));               \
  static_assert(COMPILES(function(__VA_ARGS__, {})));           \
  static_assert(COMPILES(function(__VA_ARGS__, Where())));      \
  static_assert(!COMPILES(function(__VA_ARGS__, 0)));           \
  static_assert(!COMPILES(function(__VA_ARGS__, 1)));           \
  static_assert(!COMPILES(function(__VA_ARGS__, NULL)));        \
  static_assert(!COMPILES(function(__VA_ARGS__, nullptr)));     \
  static_assert(!COMPILES(function(__VA_ARGS__, "text")));      \
  static_assert(!COMPILES(function(__VA_ARGS__, {0})));         \
  static_assert(!COMPILES(function(__VA_ARGS__, {"text"})));    \
  static_assert(!COMPILES(function(__VA_ARGS__, {"text", 1}))); \
  static_assert(!COMPILES(function(__VA_ARGS__, {{}, "text", 1})))

REFUSES_LITERALS(x.size, n);
REFUSES_LITERALS(x.fill_, n);
REFUSES_LITERALS(x.set_requires_grad, true);
REFUSES_LITERALS(rg::sum, x, 0, true);
REFUSES_LITERALS(rg::add, x, 0);
REFUSES_LITERALS(rg::conv2d, x, x, x, rg::ConvOptions<2>());
REFUSES_LITERALS(rg::zeros, n, rg::TensorOptions());
REFUSES_LITERALS(rg::StateDict().at, n == 1 ? "name" : "");
REFUSES_LITERALS(rg::nn::Linear, n, 2, rg::nn::LinearOptions());
REFUSES_LITERALS(rg::nn::ReLU(), x);
REFUSES_LITERALS(rg::Operand, x);
REFUSES_LITERALS(x.at, rg::Dims(n));
static_assert(COMPILES(x.clone({})) && !COMPILES(x.clone(0)) && !COMPILES(x.clone("text")));
static_assert(!COMPILES(x.template item<float>(0)) && !COMPILES(x.template item<float>(nullptr)));

// One index for each dimension, whole numbers only.
static_assert(COMPILES(x.at({0, 0})) && COMPILES(x.at({0, 0}, Where())));
static_assert(COMPILES(x.at(n, 0)) && COMPILES(x.at(0, n, std::size_t{2}, -1, 0, 0, 0, 0)));
static_assert(!COMPILES(x.at(n, nullptr)) && !COMPILES(x.at(n, 0.5)) && !COMPILES(x.at(0.5, n)));
static_assert(!COMPILES(x.at(n, "text")) && !COMPILES(x.at({0, 0}, n)));
static_assert(!COMPILES(x.at({0, 0}, 0)) && !COMPILES(x.at({0, 0}, nullptr)));

// The line that a call's error names.
template <class F>
unsigned line_of(F&& call) {
  try {
    call();
  } catch (const rg::Error& error) {
    test::check_contains(error.what(),
                         "tensor_where_test.cpp:" + std::to_string(error.where().line));
    return error.where().line;
  }
  return 0;
}

unsigned line_of_default(Where where = {}) {
  return where.line;
}
template <class T>
unsigned line_of_template(const T&, Where where = {}) {
  return where.line;
}
struct Member {
  Where where = {};
};

}  // namespace

TEST_CASE("Where: the line of the call, in every form of one") {
  const Tensor x = rg::ones({2, 3});
  rg::nn::Linear linear(4, 5);
  rg::nn::Sequential model(rg::nn::ReLU(), rg::nn::Linear(4, 5));
  CHECK(line_of_default() == __LINE__);
  CHECK(line_of_default({}) == __LINE__);
  CHECK(line_of_default(Where()) == __LINE__);
  CHECK(line_of_template(1) == __LINE__);
  CHECK(Member{}.where.line == __LINE__);
  CHECK(line_of([&] { rg::sum(x, 2); }) == __LINE__);            // a function
  CHECK(line_of([&] { x.size(2); }) == __LINE__);                // a member
  CHECK(line_of([&] { x.item<float>(); }) == __LINE__);          // a template
  CHECK(line_of([&] { (void)(x + rg::ones(4)); }) == __LINE__);  // an operator
  CHECK(line_of([&] { rg::nn::Linear(-1, 2); }) == __LINE__);    // a constructor
  CHECK(line_of([&] { linear(x); }) == __LINE__);                // a module
  CHECK(line_of([&] { model(x); }) == __LINE__);
  CHECK(line_of([&] { x.at(2, 0); }) == __LINE__);  // several indices
  CHECK(line_of([&] { x.at({2, 0}); }) == __LINE__);
}

TEST_CASE("Where: another line, handed on") {
  const Where there = Where::at("folder/net.cpp", 42);
  CHECK(rg::to_string(there) == "net.cpp:42");
  CHECK(line_of_default(there) == 42);
  static_assert(Where::at("net.cpp", 42).line == 42);
  static_assert(std::is_trivially_copyable_v<Where>);
}

TEST_CASE("at: one argument for each index") {
  const Tensor x = rg::transpose(rg::reshape(rg::arange(6), {2, 3}), 0, 1);
  const int row = 2;
  const std::size_t column = 1;
  CHECK(x.at(row, column) == 5);
  CHECK(x.at(0, 0) == 0);
  CHECK(x.at(-3, -1) == 3);
  CHECK(rg::reshape(rg::arange(256), rg::Dims::filled(8, 2)).at(1, 0, 0, 0, 0, 0, 0, -1) == 129);
  CHECK_THROWS_WITH_AS(x.at(0, -3), doctest::Contains("index [0, -3] is out of range"),
                       rg::IndexError);
  CHECK_THROWS_WITH_AS(x.at(0, 0, 7),
                       doctest::Contains("index [0, 0, 7] needs one number for each dimension"),
                       rg::IndexError);
  CHECK_THROWS_AS(Tensor().at(0, 0), rg::GraphError);
}
