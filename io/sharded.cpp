#include <map>
#include <string>
#include <unordered_set>
#include <utility>

#include <nlohmann/json.hpp>

#include <retrograd/io/detail/safetensors.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::detail {

namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kMostIndexBytes = 100'000'000;

struct Index {
  Metadata metadata;
  std::map<std::string, std::map<std::string, bool>> files;  // its tensors, and whether each came
};

// Takes the index token by token, as the header of a safetensors file is taken. The functions'
// names and signatures are nlohmann's.
class IndexReader : public nlohmann::json_sax<Json> {
 public:
  explicit IndexReader(const FileCall& call) : call_(call) {}

  Index take() {
    if (!has_map_) {
      call_.fail("the index has no weight_map [file-malformed]");
    }
    return std::move(index_);
  }

  bool start_object(std::size_t /*size*/) override {
    if (level_ == Level::outside) {
      level_ = Level::top;
    } else if (level_ == Level::top) {
      level_ = name_ == "weight_map" ? Level::map : Level::metadata;
    } else {
      refuse("an object");
    }
    return true;
  }
  bool end_object() override {
    level_ = level_ == Level::top ? Level::outside : Level::top;
    return true;
  }

  bool key(std::string& key) override {
    name_ = key;
    if (level_ == Level::top) {
      const bool is_map = key == "weight_map";
      if (!is_map && key != "metadata") {
        call_.fail("the index has the unknown key {} [file-malformed]", in_quotes(key));
      }
      if (std::exchange(is_map ? has_map_ : has_metadata_, true)) {
        call_.fail("the index has the key {} twice [file-malformed]", in_quotes(key));
      }
    }
    return true;
  }

  bool string(std::string& value) override {
    if (level_ == Level::map) {
      add_tensor(value);
      return true;
    }
    return add_text(value);
  }
  bool null() override { return add_text("null"); }
  bool boolean(bool value) override { return add_text(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return add_text(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return add_text(std::to_string(value)); }
  bool number_float(number_float_t /*value*/, const std::string& text) override {
    return add_text(text);
  }
  bool binary(binary_t& /*value*/) override { return refuse("binary data"); }
  bool start_array(std::size_t /*size*/) override { return refuse("a list"); }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position, const std::string& /*last*/,
                   const nlohmann::detail::exception& /*error*/) override {
    call_.fail("the index is not JSON in UTF-8 (byte {} of it) [file-malformed]", position);
  }

 private:
  enum class Level { outside, top, metadata, map };

  // The return type only lets the functions above be one line.
  [[noreturn]] bool refuse(const char* found) const {
    call_.fail("the index has {} as its {} [file-malformed]", found, in_quotes(name_));
  }

  bool add_text(const std::string& value) {
    if (level_ != Level::metadata) {
      refuse("a value of the wrong kind");
    }
    if (!index_.metadata.emplace(name_, value).second) {
      call_.fail("the metadata has the key {} twice [file-malformed]", in_quotes(name_));
    }
    return true;
  }

  void add_tensor(const std::string& file) {
    // Only names of files beside the index: it must not choose what else of the system is read.
    if (file.empty() || file == "." || file == ".." ||
        file.find_first_of(std::string_view("/\\\0", 3)) != std::string::npos) {
      call_.fail(
          "the index has {} as the file of tensor {}; a name without a folder is needed "
          "[file-malformed]",
          in_quotes(file), in_quotes(name_));
    }
    if (!tensors_.insert(name_).second) {
      call_.fail("the index has the tensor {} twice [file-malformed]", in_quotes(name_));
    }
    index_.files[file].emplace(name_, false);
  }

  const FileCall& call_;
  Index index_;
  std::unordered_set<std::string> tensors_;
  Level level_ = Level::outside;
  std::string name_;  // the key last seen
  bool has_map_ = false;
  bool has_metadata_ = false;
};

Index read_index(const FileCall& call, InputFile& file) {
  if (file.size() > kMostIndexBytes) {
    call.fail("an index of {} bytes is longer than the 100,000,000 allowed [file-malformed]",
              file.size());
  }
  std::string text(static_cast<std::size_t>(file.size()), '\0');
  file.read(text.data(), text.size());
  if (text.find('\0') != std::string::npos) {
    call.fail("the index has a zero byte [file-malformed]");
  }
  IndexReader reader(call);
  nlohmann::json_sax<Json>* const sax = &reader;  // one parser for all readers
  Json::sax_parse(text.begin(), text.end(), sax);
  return reader.take();
}

// Moves the tensors of a file into `state`: those of the index, neither fewer nor more.
void add_file(const FileCall& call, const std::string& path, std::map<std::string, bool>& expected,
              StateDict& state) {
  const FileCall part{call.name(), path, call.where()};
  InputFile file(part);
  for (const auto& [name, tensor] : read_safetensors(part, file)) {
    const auto found = expected.find(name);
    if (found == expected.end()) {
      part.fail("the index {} does not list its tensor {} [file-malformed]", in_quotes(call.path),
                in_quotes(name));
    }
    found->second = true;
    state.insert(name, tensor);
  }
  for (const auto& each : expected) {
    if (!each.second) {
      part.fail("it has no tensor {}, which the index {} expects there [file-malformed]",
                in_quotes(each.first), in_quotes(call.path));
    }
  }
}

}  // namespace

StateDict read_sharded(const FileCall& call, InputFile& file) {
  Index index = read_index(call, file);
  const std::string folder = call.path.substr(0, call.path.rfind('/') + 1);
  StateDict state;
  for (auto& [name, tensors] : index.files) {
    add_file(call, folder + name, tensors, state);
  }
  return state;
}

Metadata read_sharded_metadata(const FileCall& call, InputFile& file) {
  return read_index(call, file).metadata;
}

}  // namespace retrograd::detail
