// The texts of messages: values, tensors, the caller's line and the code.
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>

#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

namespace {

namespace rg = retrograd;
namespace check = rg::check;

constexpr rg::Where kLine = rg::Where::at("model.cpp", 42);

// What `call` throws, as an Error.
template <class F>
rg::Error thrown(F&& call) {
  try {
    call();
  } catch (const rg::Error& error) {
    return error;
  }
  return rg::Error("nothing was thrown");
}

}  // namespace

TEST_CASE("messages end in their code, behind the line or below the tensors") {
  const rg::Tensor x = rg::zeros({2, 3});
  const rg::Error alone = thrown([] {
    check::refuse<rg::ValueError>({"f", kLine}, {}, "{} of {} [a-code]", 3, "4 [x-y]");
  });
  CHECK(std::string(alone.what()) == "f: 3 of 4 [x-y]   at model.cpp:42  [a-code]");
  CHECK(alone.code() == "a-code");
  const rg::Error listed = thrown([&] {
    const rg::Frame call("f", kLine);
    check::require<rg::ShapeError>(call, true, {}, "not [thrown-at-all]");
    check::require<rg::ShapeError>(call, false, {{"x", x}, {"long", x}}, "no {{}} [a-b-c]");
  });
  CHECK(std::string(listed.what()) ==
        "f: no {}   at model.cpp:42\n  x     float32 [2, 3]\n  long  float32 [2, 3]\n  [a-b-c]");
  CHECK(listed.code() == "a-b-c");
  CHECK(listed.where().line == 42);
}

TEST_CASE("users' messages have a code if their text ends in one") {
  const auto code_of = [](const std::string& text) {
    return std::string(thrown([&] { rg::fail<rg::ValueError>("f", kLine, text); }).code());
  };
  CHECK(code_of("text [my-own-code]") == "my-own-code");
  for (const char* text : {"", "text", "text [2, 3]", "[]", "text []", "text [-]", "text [word]",
                           "text [a-]", "text [-a]", "text [a--b]", "text [A-b]", "text [a-1]",
                           "text[a-b]", "text [a-b].", "text [a b-c]"}) {
    CHECK_MESSAGE(code_of(text) == "", text);
    const std::string message = thrown([&] { rg::fail<rg::ValueError>("f", kLine, text); }).what();
    CHECK(message == std::string("f: ") + text + "   at model.cpp:42");
  }
  CHECK(rg::Error("text").code() == "");
  CHECK(rg::Error("text [a-b]").code() == "a-b");
}

TEST_CASE("values in messages have one form, whatever their type") {
  CHECK(check::filled("{} {} {}", {std::int8_t{-1}, std::uint8_t{200}, 7L}) == "-1 200 7");
  CHECK(check::filled("{}", {std::numeric_limits<std::uint64_t>::max()}) == "18446744073709551615");
  CHECK(check::filled("{} {}", {true, 'c'}) == "true c");
  CHECK(check::filled("{} {} {} {}", {0.1F, 0.1, 1.0, 1e-7}) == "0.1 0.1 1 1e-07");
  CHECK(check::filled("{} {}", {std::numeric_limits<double>::quiet_NaN(),
                                -std::numeric_limits<float>::infinity()}) == "nan -inf");
  CHECK(check::filled("{} {:>4}|{:.2f}", {std::string("text"), "ab", 2.0}) == "text   ab|2.00");
  CHECK(check::filled("{} {}", {rg::Shape{2, 3}, rg::Shape{}}) == "[2, 3] []");
  CHECK(check::filled("{} {} {}", {rg::Scalar(1.5), rg::Scalar(true), rg::Scalar(~0ULL)}) ==
        "1.5 true 18446744073709551615");
  CHECK(check::filled("{} {}", {rg::bfloat16, kLine}) == "bfloat16 model.cpp:42");
}
