// compare_pt FOLDER: holds each NAME.pt of a folder to NAME.expected, which write_pt.py describes.
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;

namespace {

using Fields = std::vector<std::string>;

int faults = 0;

void expect(bool holds, const std::string& what) {
  if (!holds) {
    std::printf("%s\n", what.c_str());
    ++faults;
  }
}

std::vector<Fields> lines_of(const std::filesystem::path& path) {
  std::vector<Fields> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    Fields fields;
    for (std::size_t at = 0; at <= line.size();) {
      const std::size_t end = std::min(line.find('\t', at), line.size());
      fields.push_back(line.substr(at, end - at));
      at = end + 1;
    }
    lines.push_back(fields);
  }
  return lines;
}

std::string joined(const rg::Dims& dims) {
  std::string text;
  for (const std::int64_t size : dims) {
    text += (text.empty() ? "" : ",") + std::to_string(size);
  }
  return text;
}

std::string hexadecimal(const void* bytes, std::size_t count) {
  static constexpr const char* digits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    const unsigned byte = static_cast<const unsigned char*>(bytes)[i];
    text += digits[byte >> 4];
    text += digits[byte & 15U];
  }
  return text;
}

// Where storages begin, by the numbers that the file of expectations gives them.
using Storages = std::map<std::string, const std::byte*>;

void compare_tensor(const std::string& file, const Fields& fields, const rg::StateDict& state,
                    Storages& storages) {
  const std::string what = file + ": " + fields[1];
  const rg::Tensor* x = state.find(fields[1]);
  expect(x != nullptr, what + " is missing");
  if (x == nullptr) {
    return;
  }
  expect(rg::name(x->dtype()) == fields[2], what + " has another dtype");
  expect(joined(x->shape()) == fields[3], what + " has another shape");
  expect(joined(x->strides()) == fields[4], what + " has other strides");
  const rg::Tensor values = x->contiguous();
  const std::size_t item = rg::item_size(x->dtype());
  expect(hexadecimal(values.raw_bytes(), static_cast<std::size_t>(x->numel()) * item) == fields[7],
         what + " has other values");
  if (x->numel() > 0) {
    const std::byte* first = x->raw_bytes() - std::stol(fields[6]) * static_cast<long>(item);
    expect(storages.emplace(fields[5], first).first->second == first,
           what + " does not share its memory");
  }
}

void compare(const std::filesystem::path& path) {
  const std::string file = path.filename();
  const rg::StateDict state = rg::load_pt(path);
  const rg::Metadata texts = rg::load_metadata(path);
  Storages storages;
  std::size_t tensors = 0;
  const auto expected = lines_of(std::filesystem::path(path).replace_extension(".expected"));
  for (const Fields& fields : expected) {
    if (fields[0] == "tensor") {
      ++tensors;
      compare_tensor(file, fields, state, storages);
    } else {
      const auto found = texts.find(fields[1]);
      expect(found != texts.end() &&
                 hexadecimal(found->second.data(), found->second.size()) == fields[2],
             file + ": the text " + fields[1] + " differs");
    }
  }
  expect(state.size() == tensors && texts.size() == expected.size() - tensors,
         file + ": another number of values");
}

}  // namespace

int main(int count, char** arguments) {
  int files = 0;
  for (const auto& each : std::filesystem::directory_iterator(count > 1 ? arguments[1] : ".")) {
    if (each.path().extension() == ".pt") {
      ++files;
      try {
        compare(each.path());
      } catch (const std::exception& error) {
        expect(false, error.what());
      }
    }
  }
  std::printf("%d files, %d faults\n", files, faults);
  return files >= 60 && faults == 0 ? 0 : 1;
}
