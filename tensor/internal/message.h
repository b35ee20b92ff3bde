// Texts of messages: the values in them, and the code at their end. Internal.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include <retrograd/tensor/dims.h>
#include <retrograd/tensor/dtype.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/number.h>
#include <retrograd/tensor/scalar.h>
#include <retrograd/tensor/where.h>

namespace retrograd::check {

// Returns the code that ends a text in brackets, lower-case words joined by hyphens, or nothing:
// "channels-differ" of "input has 3 channels but weight expects 16 [channels-differ]".
constexpr std::string_view code_at_end(std::string_view text) noexcept {
  const std::size_t open = text.rfind(" [");
  if (open == std::string_view::npos || text.back() != ']') {
    return {};
  }
  const std::string_view code = text.substr(open + 2, text.size() - open - 3);
  char before = '-';
  for (const char letter : code) {
    const bool is_hyphen = letter == '-';
    if (is_hyphen ? before == '-' : letter < 'a' || letter > 'z') {
      return {};
    }
    before = letter;
  }
  return before != '-' && code.find('-') != std::string_view::npos ? code : std::string_view();
}

// A text of a message in fmt's syntax with `count` values, such as "{} has {} channels" with 2. It
// is checked when it is compiled: its replacement fields are {} or {:spec}, as many as there are
// values, and it ends in a code.
template <std::size_t count>
class Text {
 public:
  consteval Text(const char* text) : text_(text) {  // NOLINT: texts convert
    if (fields_in(text_) != count) {
      throw "the text has another number of {} than there are values";
    }
    if (code_at_end(text_).empty()) {
      throw "the text ends in no code, such as [shapes-differ]";
    }
  }
  constexpr std::string_view view() const noexcept { return text_; }

 private:
  static consteval std::size_t fields_in(std::string_view text) {
    std::size_t fields = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '{' && text[i] != '}') {
        continue;
      }
      if (i + 1 < text.size() && text[i + 1] == text[i]) {
        ++i;
        continue;
      }
      const std::size_t end = text.find('}', i);
      if (text[i] == '}' || end == std::string_view::npos || (end != i + 1 && text[i + 1] != ':')) {
        throw "{} and {:spec} are replaced; write {{ and }} for braces";
      }
      ++fields;
      i = end;
    }
    return fields;
  }

  std::string_view text_;
};

// A value in a message, not copied.
class Part {
 public:
  template <std::signed_integral T>
  Part(T value) noexcept : kind_(Kind::integer), integer_(value) {}  // NOLINT
  template <std::unsigned_integral T>
  Part(T value) noexcept : kind_(Kind::natural), natural_(value) {}               // NOLINT
  Part(bool value) noexcept : kind_(Kind::boolean), boolean_(value) {}            // NOLINT
  Part(char value) noexcept : kind_(Kind::letter), letter_(value) {}              // NOLINT
  Part(float value) noexcept : kind_(Kind::single), single_(value) {}             // NOLINT
  Part(double value) noexcept : kind_(Kind::floating), floating_(value) {}        // NOLINT
  Part(const char* text) noexcept : kind_(Kind::text), text_(text) {}             // NOLINT
  Part(std::string_view text) noexcept : kind_(Kind::text), text_(text) {}        // NOLINT
  Part(const std::string& text) noexcept : Part(std::string_view(text)) {}        // NOLINT
  Part(DType dtype) noexcept : Part(name(dtype)) {}                               // NOLINT
  Part(const Scalar& number) noexcept : kind_(Kind::scalar), scalar_(&number) {}  // NOLINT
  Part(const Dims& dims) noexcept : kind_(Kind::dims), dims_(&dims) {}            // NOLINT
  Part(const Where& where) noexcept : kind_(Kind::where), where_(&where) {}       // NOLINT

  // Calls add(value) with the value as fmt formats it.
  template <class Add>
  void visit(Add&& add) const {
    switch (kind_) {
      case Kind::integer: return add(integer_);
      case Kind::natural: return add(natural_);
      case Kind::boolean: return add(boolean_);
      case Kind::letter: return add(letter_);
      case Kind::single: return add(single_);
      case Kind::floating: return add(floating_);
      case Kind::text: return add(text_);
      case Kind::scalar: return add(retrograd::detail::text(*scalar_));
      case Kind::dims: return add(to_string(*dims_));
      case Kind::where: return add(to_string(*where_));
    }
  }

 private:
  enum class Kind : std::uint8_t {
    integer,
    natural,
    boolean,
    letter,
    single,
    floating,
    text,
    scalar,
    dims,
    where
  };
  Kind kind_;
  union {
    std::int64_t integer_;
    std::uint64_t natural_;
    bool boolean_;
    char letter_;
    float single_;
    double floating_;
    std::string_view text_;
    const Scalar* scalar_;
    const Dims* dims_;
    const Where* where_;
  };
};

// The text with the values in its fields.
RETROGRAD_API std::string filled(std::string_view text, std::initializer_list<Part> values);

// The call that a message names: refuse(call, ...), or refuse({"data", where}, ...) for a function
// that has no Frame.
class Caller {
 public:
  Caller(const Frame& call) noexcept : call_(&call) {}  // NOLINT: calls convert
  // The text of `op` must outlive the caller.
  Caller(const char* op, Where where) noexcept : op_(op), where_(where) {}

  std::string title() const { return call_ != nullptr ? call_->title() : op_; }
  Where where() const noexcept { return call_ != nullptr ? call_->where() : where_; }

 private:
  const Frame* call_ = nullptr;
  const char* op_ = nullptr;
  Where where_ = Where::at("", 0);
};

}  // namespace retrograd::check
