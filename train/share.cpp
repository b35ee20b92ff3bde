#include <cstring>
#include <sstream>
#include <string>
#include <utility>

#include <retrograd/tensor/creation.h>
#include <retrograd/train/detail/share.h>

namespace retrograd::train::detail {

namespace {

// Lengths before texts: these may have any bytes.
std::string packed(const Checkpoint& checkpoint, bool was_resumed) {
  std::string text = was_resumed ? "1 " : "0 ";
  const auto add = [&text](const std::string& part) {
    text += std::to_string(part.size()) + ' ' + part;
  };
  add(checkpoint.path);
  for (const auto& [key, value] : checkpoint.texts) {
    add(key);
    add(value);
  }
  return text;
}

bool unpack(const std::string& text, Checkpoint& checkpoint) {
  std::istringstream in(text);
  const auto next = [&in](std::string& part) {
    std::size_t size = 0;
    if (!(in >> size)) {
      return false;
    }
    part.resize(size);
    return static_cast<bool>(in.ignore().read(part.data(), static_cast<std::streamsize>(size)));
  };
  bool was_resumed = false;
  in >> was_resumed;
  next(checkpoint.path);
  checkpoint.texts.clear();
  std::string key;
  std::string value;
  while (next(key) && next(value)) {
    checkpoint.texts[key] = value;
  }
  return was_resumed;
}

}  // namespace

bool share(Processes& processes, Checkpoint& checkpoint, bool was_resumed) {
  const std::string text = packed(checkpoint, was_resumed);
  const Tensor bytes = zeros({static_cast<std::int64_t>(text.size())}, {.dtype = uint8});
  std::memcpy(bytes.raw_bytes(), text.data(), text.size());
  StateDict all;
  all.insert("texts", bytes);
  for (const auto& [name, tensor] : checkpoint.tensors) {
    all.insert("tensors." + name, tensor);
  }
  const StateDict received = processes.shared(all);
  checkpoint.tensors = {};
  for (const auto& [name, tensor] : received) {
    if (name != "texts") {
      checkpoint.tensors.insert(name.substr(name.find('.') + 1), tensor);
    }
  }
  const Tensor& texts = received.at("texts");
  return unpack(
      {reinterpret_cast<const char*>(texts.raw_bytes()), static_cast<std::size_t>(texts.numel())},
      checkpoint);
}

double share(Processes& processes, double number) {
  StateDict one;
  one.insert("number", full({}, number, {.dtype = float64}));
  return processes.shared(one).at("number").item<double>();
}

}  // namespace retrograd::train::detail
