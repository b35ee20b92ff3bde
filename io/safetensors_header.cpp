#include <retrograd/io/detail/safetensors_header.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_set>
#include <utility>

#include <nlohmann/json.hpp>

#include <retrograd/tensor/internal/format.h>

namespace retrograd::detail {

namespace {

using Json = nlohmann::json;

// The dtype's name, or the file's where values are converted.
std::string_view name_of(Stored stored) {
  const DType dtype = dtype_of(stored);
  if (retrograd::item_size(dtype) == item_size(stored)) {
    return name(dtype);
  }
  return std::find_if(kStoredNames.begin(), kStoredNames.end(),
                      [&](const StoredName& each) { return each.stored == stored; })
      ->name;
}

// Takes the header token by token and refuses at the first that does not belong there, so that
// neither deep nesting nor a long list costs memory. The functions' names and signatures are
// nlohmann's.
class HeaderReader : public nlohmann::json_sax<Json> {
 public:
  explicit HeaderReader(const FileCall& call) : call_(call) {}

  SafetensorsHeader take() { return std::move(header_); }

  bool start_object(std::size_t /*size*/) override {
    if (level_ == Level::outside) {
      level_ = Level::tensors;
    } else if (level_ == Level::tensors && name_ == kMetadataName) {
      level_ = Level::metadata;
    } else if (level_ == Level::tensors) {
      level_ = Level::tensor;
      entry_ = {.name = name_};
      has_dtype_ = has_shape_ = false;
      offsets_.reset();
    } else {
      refuse("an object");
    }
    return true;
  }

  bool key(std::string& key) override {
    if (level_ == Level::tensors) {
      if (!names_.insert(key).second) {
        call_.fail("the header has the name {} twice [file-malformed]", in_quotes(key));
      }
      name_ = key;
    } else if (level_ == Level::metadata) {
      if (!header_.metadata.emplace(key, "").second) {
        call_.fail("the metadata has the key {} twice [file-malformed]", in_quotes(key));
      }
      field_ = key;
    } else {
      const bool seen = (key == "dtype" && has_dtype_) || (key == "shape" && has_shape_) ||
                        (key == "data_offsets" && offsets_);
      if (seen) {
        call_.fail("{} has the key {} twice [file-malformed]", tensor(), in_quotes(key));
      }
      if (key != "dtype" && key != "shape" && key != "data_offsets") {
        call_.fail("{} has the unknown key {} [file-malformed]", tensor(), in_quotes(key));
      }
      field_ = key;
    }
    return true;
  }

  bool string(std::string& value) override {
    if (level_ == Level::metadata) {
      header_.metadata[field_] = value;
    } else if (level_ == Level::tensor && field_ == "dtype") {
      set_dtype(value);
    } else {
      refuse("a string");
    }
    return true;
  }

  bool start_array(std::size_t /*size*/) override {
    if (level_ == Level::tensor && field_ == "shape") {
      level_ = Level::shape;
      has_shape_ = true;
    } else if (level_ == Level::tensor && field_ == "data_offsets") {
      level_ = Level::offsets;
      offsets_.emplace();
    } else {
      refuse("a list");
    }
    return true;
  }

  bool number_unsigned(number_unsigned_t value) override {
    if (level_ != Level::shape && level_ != Level::offsets) {
      refuse("a number");
    }
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      refuse(formatted("the too large number {}", value));
    }
    const auto number = static_cast<std::int64_t>(value);
    Dims& list = level_ == Level::shape ? entry_.shape : *offsets_;
    if (list.size() == (level_ == Level::shape ? Dims::capacity : 2)) {
      call_.fail("{} has more than {} [file-malformed]", tensor(),
                 level_ == Level::shape ? "8 dimensions" : "2 data_offsets");
    }
    list.push_back(number);
    return true;
  }

  bool end_array() override {
    if (level_ == Level::offsets && offsets_->size() != 2) {
      call_.fail("{} needs 2 data_offsets, not {} [file-malformed]", tensor(), offsets_->size());
    }
    level_ = Level::tensor;
    return true;
  }

  bool end_object() override {
    if (level_ == Level::tensor) {
      finish_tensor();
    }
    level_ = level_ == Level::tensors ? Level::outside : Level::tensors;
    return true;
  }

  bool null() override { return refuse("null"); }
  bool boolean(bool value) override { return refuse(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override {
    return refuse(formatted("the negative number {}", value));
  }
  bool number_float(number_float_t /*value*/, const std::string& text) override {
    return refuse(formatted("the number {}, which is not a 64-bit integer", in_quotes(text)));
  }
  bool binary(binary_t& /*value*/) override { return refuse("binary data"); }
  bool parse_error(std::size_t position, const std::string& /*last*/,
                   const nlohmann::detail::exception& /*error*/) override {
    call_.fail("the header is not JSON in UTF-8 (byte {} of it) [file-malformed]", position);
  }

 private:
  enum class Level { outside, tensors, metadata, tensor, shape, offsets };

  std::string tensor() const { return formatted("tensor {}", in_quotes(entry_.name)); }

  // The return type only lets the functions above be one line.
  [[noreturn]] bool refuse(const std::string& found) const {
    switch (level_) {
      case Level::outside:
        call_.fail("the header must be an object, not {} [file-malformed]", found);
      case Level::tensors:
        call_.fail("the entry {} must be an object, not {} [file-malformed]", in_quotes(name_),
                   found);
      case Level::metadata:
        call_.fail("the metadata {} must be a string, not {} [file-malformed]", in_quotes(field_),
                   found);
      default: break;
    }
    call_.fail("{} has {} in its {} [file-malformed]", tensor(), found, field_);
  }

  void set_dtype(const std::string& value) {
    const auto* known = std::find_if(kStoredNames.begin(), kStoredNames.end(),
                                     [&](const StoredName& each) { return each.name == value; });
    if (known == kStoredNames.end()) {
      call_.fail(
          "{} has dtype {}; the ones that can be read are F64, F32, F16, BF16, I64, I32, I16, I8, "
          "U32, U16, U8 and BOOL [file-unsupported]",
          tensor(), in_quotes(value));
    }
    entry_.stored = known->stored;
    has_dtype_ = true;
  }

  void finish_tensor() {
    if (!has_dtype_ || !has_shape_ || !offsets_) {
      call_.fail("{} has no {} [file-malformed]", tensor(),
                 !has_dtype_   ? "dtype"
                 : !has_shape_ ? "shape"
                               : "data_offsets");
    }
    entry_.begin = static_cast<std::uint64_t>((*offsets_)[0]);
    entry_.end = static_cast<std::uint64_t>((*offsets_)[1]);
    if (entry_.begin > entry_.end) {
      call_.fail("{} ends before it begins: data_offsets {} [file-malformed]", tensor(), *offsets_);
    }
    const std::uint64_t bytes = byte_size();
    if (bytes != entry_.end - entry_.begin) {
      call_.fail(
          "{} of shape {} and dtype {} takes {} bytes, but its data_offsets {} give it {} "
          "[file-malformed]",
          tensor(), entry_.shape, name_of(entry_.stored), bytes, *offsets_,
          entry_.end - entry_.begin);
    }
    header_.entries.push_back(std::move(entry_));
  }

  // Refuses an overflow even beside a size of 0, so that strides cannot overflow either.
  std::uint64_t byte_size() const {
    // Also as the dtype that they are read as, which has no smaller elements.
    const std::size_t item = retrograd::item_size(dtype_of(entry_.stored));
    std::int64_t bytes = static_cast<std::int64_t>(item);
    for (const std::int64_t size : entry_.shape) {
      if (__builtin_mul_overflow(bytes, std::max<std::int64_t>(size, 1), &bytes)) {
        call_.fail("{} of shape {} is larger than memory can address [too-many-elements]", tensor(),
                   entry_.shape);
      }
    }
    const bool empty = std::find(entry_.shape.begin(), entry_.shape.end(), 0) != entry_.shape.end();
    return empty ? 0 : static_cast<std::uint64_t>(bytes) / item * item_size(entry_.stored);
  }

  const FileCall& call_;
  SafetensorsHeader header_;
  std::unordered_set<std::string> names_;
  Level level_ = Level::outside;
  std::string name_;   // of the entry last begun
  std::string field_;  // the key last seen inside it
  SafetensorsEntry entry_;
  bool has_dtype_ = false;
  bool has_shape_ = false;
  std::optional<Dims> offsets_;
};

// The values must follow each other from 0 to `data_bytes` without gap or overlap.
void check_layout(const std::deque<SafetensorsEntry>& entries, std::uint64_t data_bytes,
                  const FileCall& call) {
  std::uint64_t at = 0;
  for (const SafetensorsEntry& entry : entries) {
    if (entry.begin < at) {
      call.fail("tensor {} overlaps the one before it at byte {} of the values [file-malformed]",
                in_quotes(entry.name), entry.begin);
    }
    if (entry.begin > at) {
      call.fail("a hole of {} bytes before tensor {} [file-malformed]", entry.begin - at,
                in_quotes(entry.name));
    }
    at = entry.end;
  }
  if (at != data_bytes) {
    call.fail("the header describes {} bytes of values, but the file has {} [file-malformed]", at,
              data_bytes);
  }
}

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view text, std::uint64_t data_bytes,
                                           const FileCall& call) {
  if (text.empty() || text.front() != '{') {
    call.fail("the header does not begin with '{{' [file-malformed]");
  }
  // The parser would take a zero byte for the end and ignore what follows.
  if (const auto at = text.find('\0'); at != std::string_view::npos) {
    call.fail("the header has a zero byte (byte {} of it) [file-malformed]", at + 1);
  }
  HeaderReader reader(call);
  nlohmann::json_sax<Json>* const sax = &reader;  // one parser for all readers
  Json::sax_parse(text.begin(), text.end(), sax);
  SafetensorsHeader header = reader.take();
  // Not a stable sort, which would take memory for a copy of all entries.
  std::sort(header.entries.begin(), header.entries.end(),
            [](const SafetensorsEntry& a, const SafetensorsEntry& b) {
              return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
            });
  check_layout(header.entries, data_bytes, call);
  return header;
}

std::string checksum_digits(std::uint32_t crc) {
  return formatted("{:08x}", crc);
}

}  // namespace retrograd::detail
