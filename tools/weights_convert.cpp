#include <optional>
#include <regex>

#include <fmt/format.h>

#include <retrograd/tensor/internal/printable.h>

#include "weights.h"

namespace rg = retrograd;

namespace weights {

namespace {

// The standard library's matcher calls itself for each letter.
constexpr std::size_t kMostLetters = 10'000;

struct Rename {
  std::regex pattern;
  std::string text;
};

struct Options {
  std::vector<Rename> renames;
  std::optional<std::regex> only;
  std::optional<rg::DType> dtype;
};

std::regex pattern(const std::string& text) {
  try {
    return std::regex(text, std::regex::ECMAScript);
  } catch (const std::regex_error&) {
    throw UsageError(fmt::format("{} is no regular expression", rg::detail::in_quotes(text)));
  }
}

rg::DType dtype(const std::string& text) {
  for (const rg::DType each : {rg::float32, rg::float64, rg::bfloat16}) {
    if (rg::name(each) == text) {
      return each;
    }
  }
  throw UsageError(
      fmt::format("{} is none of float32, float64 and bfloat16", rg::detail::in_quotes(text)));
}

Options parse(const Arguments& words) {
  Options options;
  for (std::size_t i = 2; i < words.size();) {
    const std::size_t left = words.size() - i - 1;
    if (words[i] == "--rename" && left >= 2) {
      options.renames.push_back({pattern(words[i + 1]), words[i + 2]});
      i += 3;
    } else if (words[i] == "--only" && left >= 1) {
      options.only = pattern(words[i + 1]);
      i += 2;
    } else if (words[i] == "--dtype" && left >= 1) {
      options.dtype = dtype(words[i + 1]);
      i += 2;
    } else {
      throw UsageError(
          fmt::format("{} is no option, or lacks its value", rg::detail::in_quotes(words[i])));
    }
  }
  return options;
}

rg::StateDict converted(const rg::StateDict& state, const Options& options) {
  rg::StateDict result;
  for (const auto& [name, tensor] : state) {
    if ((options.only || !options.renames.empty()) && name.size() > kMostLetters) {
      throw UsageError(
          fmt::format("the name {} is too long for a pattern", rg::detail::in_quotes(name)));
    }
    if (options.only && !std::regex_search(name, *options.only)) {
      continue;
    }
    std::string renamed = name;
    for (const Rename& each : options.renames) {
      renamed = std::regex_replace(renamed, each.pattern, each.text);
    }
    if (result.contains(renamed)) {
      throw UsageError(
          fmt::format("two tensors would have the name {}", rg::detail::in_quotes(renamed)));
    }
    const bool converts = options.dtype && rg::is_floating(tensor.dtype());
    result.insert(renamed, converts ? tensor.to(*options.dtype) : tensor);
  }
  return result;
}

// The texts, without those that the library writes itself.
rg::Metadata texts_of(const std::string& path) {
  rg::Metadata texts = rg::load_metadata(path, line());
  std::erase_if(texts, [](const auto& each) { return each.first.starts_with("retrograd."); });
  return texts;
}

}  // namespace

int convert(const Arguments& arguments) {
  if (arguments.size() < 2) {
    throw UsageError("convert needs IN and OUT");
  }
  const std::string& in = arguments[0];
  const std::string& out = arguments[1];
  const Options options = parse(arguments);
  const bool is_npz = out.ends_with(".npz");
  const bool is_npy = out.ends_with(".npy");
  if (!is_npz && !is_npy && !out.ends_with(".safetensors")) {
    throw UsageError(
        fmt::format("{} does not end in .safetensors, .npz or .npy", rg::detail::in_quotes(out)));
  }
  const rg::StateDict state = converted(rg::load(in, line()), options);
  if (is_npy && state.size() != 1) {
    throw UsageError(fmt::format("a .npy file holds one tensor, not {}", state.size()));
  }
  if (is_npz) {
    rg::save_npz(state, out, line());
  } else if (is_npy) {
    rg::save_npy(state.begin()->second, out, line());
  } else {
    rg::save(state, out, {.metadata = texts_of(in)}, line());
  }
  fmt::print("{} tensors\n", state.size());
  return 0;
}

}  // namespace weights
