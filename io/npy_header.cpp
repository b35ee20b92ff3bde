#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <retrograd/io/detail/npy.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::detail {

namespace {

struct TypeCode {
  std::string_view code;
  Stored stored;
};
constexpr std::array<TypeCode, 11> kTypeCodes{{{"f8", Stored::float64},
                                               {"f4", Stored::float32},
                                               {"f2", Stored::float16},
                                               {"i8", Stored::int64},
                                               {"i4", Stored::int32},
                                               {"i2", Stored::int16},
                                               {"i1", Stored::int8},
                                               {"u4", Stored::uint32},
                                               {"u2", Stored::uint16},
                                               {"u1", Stored::uint8},
                                               {"b1", Stored::boolean}}};

// Reads a dict of three keys: 'descr', 'fortran_order' and 'shape'.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, std::string_view what, const FileCall& call)
      : text_(text), what_(what), call_(call) {}

  NpyHeader parse() {
    expect('{');
    while (!accept('}')) {
      parse_entry();
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (at_ != text_.size()) {
      malformed("something after the dict");
    }
    if (!has_type_ || !has_order_ || !has_shape_) {
      call_.fail("the header of {} has no {} [file-malformed]", what_,
                 !has_type_    ? "descr"
                 : !has_order_ ? "fortran_order"
                               : "shape");
    }
    return header_;
  }

 private:
  void parse_entry() {
    const std::string_view key = text();
    expect(':');
    bool* const seen = key == "descr"           ? &has_type_
                       : key == "fortran_order" ? &has_order_
                       : key == "shape"         ? &has_shape_
                                                : nullptr;
    if (seen == nullptr || *seen) {
      call_.fail("the header of {} has the key {}{} [file-malformed]", what_, in_quotes(key),
                 seen == nullptr ? ", which is unknown" : " twice");
    }
    *seen = true;
    if (seen == &has_type_) {
      parse_type();
    } else if (seen == &has_order_) {
      header_.is_column_major = accept_word("True");
      if (!header_.is_column_major && !accept_word("False")) {
        malformed("a fortran_order that is neither True nor False");
      }
    } else {
      parse_shape();
    }
  }

  void parse_type() {
    skip_space();
    if (at_ < text_.size() && (text_[at_] == '[' || text_[at_] == '(')) {
      call_.fail("{} has a structured dtype; save its fields one by one [file-unsupported]", what_);
    }
    const std::string_view descr = text();
    std::string_view code = descr;
    const bool has_order = !code.empty() && std::string_view("<>=|").find(code[0]) != code.npos;
    const char order = has_order ? code[0] : '=';
    code.remove_prefix(has_order ? 1 : 0);
    const std::optional<Stored> known = stored_of(code);
    if (!known) {
      call_.fail(
          "{} has dtype {}; the ones that can be read are f2, f4, f8, i1, i2, i4, i8, u1, u2, u4 "
          "and b1. NumPy saves bfloat16 as V2, which does not say what it was [file-unsupported]",
          what_, in_quotes(descr));
    }
    if (order == '|' && item_size(*known) > 1) {
      malformed("a dtype of several bytes without their order");
    }
    header_.stored = *known;
    header_.is_big_endian = order == '>';
  }

  void parse_shape() {
    expect('(');
    while (!accept(')')) {
      if (header_.shape.size() == Dims::capacity) {
        call_.fail("{} has more than 8 dimensions [file-unsupported]", what_);
      }
      header_.shape.push_back(size());
      if (accept(',')) {
        continue;
      }
      if (header_.shape.size() == 1) {
        malformed("a shape that is no tuple");
      }
      expect(')');
      break;
    }
  }

  // A size, such as 3, or 3L as Python 2 wrote it.
  std::int64_t size() {
    skip_space();
    std::int64_t value = 0;
    const char* const first = text_.data() + at_;
    const auto [end, error] = std::from_chars(first, text_.data() + text_.size(), value);
    if (error != std::errc() || *first == '-') {
      malformed("a size that is not a number from 0 to 9223372036854775807");
    }
    at_ += static_cast<std::size_t>(end - first);
    if (at_ < text_.size() && text_[at_] == 'L') {
      ++at_;
    }
    return value;
  }

  // In single or double quotes, without escapes, which none of the keys and dtypes needs.
  std::string_view text() {
    skip_space();
    const char quote = at_ < text_.size() ? text_[at_] : ' ';
    const std::size_t end = quote == '\'' || quote == '"' ? text_.find(quote, at_ + 1) : text_.npos;
    if (end == text_.npos) {
      malformed("no text in quotes");
    }
    const std::string_view found = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return found;
  }

  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n\f\v", at_), text_.size()); }
  bool accept(char wanted) {
    skip_space();
    const bool is_there = at_ < text_.size() && text_[at_] == wanted;
    at_ += is_there ? 1 : 0;
    return is_there;
  }
  bool accept_word(std::string_view word) {
    skip_space();
    const bool is_there = text_.substr(at_).starts_with(word);
    at_ += is_there ? word.size() : 0;
    return is_there;
  }
  void expect(char wanted) {
    if (!accept(wanted)) {
      malformed(formatted("no '{}'", wanted));
    }
  }
  [[noreturn]] void malformed(std::string_view found) const {
    call_.fail("the header of {} has {} at its byte {} [file-malformed]", what_, found, at_);
  }

  std::string_view text_;
  std::string_view what_;
  const FileCall& call_;
  std::size_t at_ = 0;
  NpyHeader header_;
  bool has_type_ = false;
  bool has_order_ = false;
  bool has_shape_ = false;
};

}  // namespace

std::optional<Stored> stored_of(std::string_view code) noexcept {
  const auto* known = std::find_if(kTypeCodes.begin(), kTypeCodes.end(),
                                   [&](const TypeCode& each) { return each.code == code; });
  return known == kTypeCodes.end() ? std::nullopt : std::optional(known->stored);
}

NpyHeader parse_npy_header(std::string_view text, std::string_view what, const FileCall& call) {
  return HeaderParser(text, what, call).parse();
}

std::string npy_header(const Frame& call, const Tensor& tensor) {
  check::require<DTypeError>(call, tensor.dtype() != bfloat16, {{"tensor", tensor}},
                             "NumPy has no bfloat16; convert it with to(float32), which is exact "
                             "[dtype-unexpected]");
  const auto* known = std::find_if(kTypeCodes.begin(), kTypeCodes.end(), [&](const TypeCode& each) {
    return dtype_of(each.stored) == tensor.dtype();
  });
  std::string dict = formatted("{{'descr': '{}{}', 'fortran_order': False, 'shape': ({}{}), }}",
                               item_size(known->stored) == 1 ? '|' : '<', known->code,
                               joined(tensor.shape(), ", "), tensor.dim() == 1 ? "," : "");
  constexpr std::size_t alignment = 64;
  const std::size_t before = kNpyMagic.size() + 4;
  dict.resize((before + dict.size() + alignment) / alignment * alignment - before, ' ');
  dict.back() = '\n';
  std::string bytes(kNpyMagic);
  for (const std::size_t byte :
       {std::size_t{1}, std::size_t{0}, dict.size() & 0xffU, dict.size() >> 8}) {
    bytes += static_cast<char>(byte);
  }
  return bytes + dict;
}

}  // namespace retrograd::detail
