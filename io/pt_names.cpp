#include <algorithm>

#include <retrograd/io/detail/pt.h>
#include <retrograd/io/internal/utf8.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::detail {

namespace {

constexpr std::size_t kMostDepth = 64;
constexpr std::size_t kMostValues = 2'000'000;
constexpr std::size_t kMostText = std::size_t{256} << 20;

// As Python's repr() writes it: with a point or an exponent.
std::string float_text(double value) {
  std::string text = formatted("{}", value);
  if (text.find_first_not_of("-0123456789") == std::string::npos) {
    text += ".0";
  }
  return text;
}

// A little-endian number in two's complement, of at most 16 bytes.
std::string big_text(std::string_view bytes) {
  const bool negative = !bytes.empty() && static_cast<unsigned char>(bytes.back()) >= 0x80;
  __extension__ using Wide = unsigned __int128;
  Wide value = negative ? ~Wide{0} : 0;
  for (std::size_t i = bytes.size(); i > 0; --i) {
    value = value << 8 | static_cast<unsigned char>(bytes[i - 1]);
  }
  value = negative ? ~value + 1 : value;
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  return negative ? "-" + digits : digits;
}

class Namer {
 public:
  Namer(const FileCall& call, const Pickle& pickle)
      : call_(call),
        pickle_(pickle),
        // Without shared parts each value takes at least a byte of the pickle, and a name no more
        // than its keys. More are copies of shared lists within shared lists.
        values_left_(std::min(pickle.size + 100, kMostValues)),
        text_left_(std::min(64 * pickle.size + (std::size_t{1} << 20), kMostText)) {}

  PtNames name_all() {
    visit(pickle_.root, 0);
    return std::move(names_);
  }

 private:
  void visit(const PyValue& value, std::size_t depth) {
    if (depth > kMostDepth) {
      call_.fail("its values are nested more than 64 deep at {} [file-malformed]",
                 in_quotes(name_));
    }
    pay(values_left_, 1);
    switch (value.kind) {
      case PyKind::sequence: return visit_sequence(value, depth);
      case PyKind::dict: return visit_dict(value, depth);
      case PyKind::tensor: {
        std::string name = name_.empty() ? "tensor" : name_;
        pay(text_left_, name.size());
        names_.tensors.emplace_back(std::move(name), value.index);
        return;
      }
      case PyKind::storage:
        call_.fail("{} is a storage without a shape; save a tensor [file-unsupported]",
                   in_quotes(name_));
      default: add_text(text_of(value));
    }
  }

  void visit_sequence(const PyValue& value, std::size_t depth) {
    const auto& items = pickle_.items(value);
    for (std::size_t i = 0; i < items.size(); ++i) {
      visit_named(std::to_string(i), items[i], depth);
    }
  }

  void visit_dict(const PyValue& value, std::size_t depth) {
    const auto& items = pickle_.items(value);
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
      const PyKind kind = items[i].kind;
      if (kind == PyKind::sequence || kind == PyKind::dict || kind >= PyKind::global) {
        call_.fail("the dict {} has a key that is neither a text nor a number [file-unsupported]",
                   in_quotes(name_));
      }
      visit_named(text_of(items[i]), items[i + 1], depth);
    }
  }

  void visit_named(const std::string& part, const PyValue& value, std::size_t depth) {
    const std::size_t size = name_.size();
    pay(text_left_, part.size());
    if (depth > 0) {
      name_ += '.';
    }
    name_ += part;
    visit(value, depth + 1);
    name_.resize(size);
  }

  void add_text(std::string text) {
    const std::string name = name_.empty() ? "value" : name_;
    pay(text_left_, name.size() + text.size());
    if (!names_.texts.emplace(name, std::move(text)).second) {
      call_.fail("two of its values have the name {} [file-malformed]", in_quotes(name));
    }
  }

  std::string text_of(const PyValue& value) const {
    switch (value.kind) {
      case PyKind::none: return "None";
      case PyKind::boolean: return value.integer != 0 ? "True" : "False";
      case PyKind::integer: return std::to_string(value.integer);
      case PyKind::big_integer: return big_text(pickle_.text(value));
      case PyKind::floating: return float_text(value.floating);
      case PyKind::global: return std::string(global_name(value));
      default: break;
    }
    const std::string_view text = pickle_.text(value);
    if (!is_utf8(text)) {
      call_.fail("the text {} in it is not UTF-8 [file-malformed]", in_quotes(text));
    }
    return std::string(text);
  }

  void pay(std::size_t& left, std::size_t cost) const {
    if (cost > left) {
      call_.fail(
          "its lists share parts with each other so often that its {} bytes hold too many "
          "values [file-malformed]",
          pickle_.size);
    }
    left -= cost;
  }

  const FileCall& call_;
  const Pickle& pickle_;
  std::size_t values_left_;
  std::size_t text_left_;
  std::string name_;
  PtNames names_;
};

}  // namespace

PtNames name_values(const FileCall& call, const Pickle& pickle) {
  return Namer(call, pickle).name_all();
}

}  // namespace retrograd::detail
