// retrograd-weights: tensors in safetensors, .pt, .npz and .npy files.
#include <cstdint>
#include <cstdio>
#include <exception>

#include <fmt/format.h>

#include <retrograd/tensor/internal/printable.h>

#include "weights.h"

namespace rg = retrograd;

namespace weights {

namespace {

constexpr const char* kHelp = R"(retrograd-weights: tensors in files

usage:
  retrograd-weights list FILE
      Prints the name, dtype and shape of each tensor, and the file's texts.
  retrograd-weights convert IN OUT [OPTION...]
      Writes the tensors of IN to OUT, whose name ends in .safetensors, .npz or
      .npy. A .npy file holds one tensor.
      --rename PATTERN TEXT   replaces each match in names; may be repeated
      --only PATTERN          leaves out tensors whose names have no match
      --dtype DTYPE           converts floating tensors to float32, float64 or
                              bfloat16
  retrograd-weights rename IN OUT PATTERN TEXT
      The same as convert IN OUT --rename PATTERN TEXT.
  retrograd-weights compare A B [--tolerance T]
      Prints how the tensors of two files differ. With a tolerance, values may
      differ by T times the largest magnitude of the tensor.
  retrograd-weights --help | --version

IN, A and B are safetensors files or the index of several, PyTorch's .pt files
of both formats, or NumPy's .npz and .npy files. Their content says which, not
their name. No code in a .pt file is run.

Patterns are ECMAScript's regular expressions; $1 in TEXT is the first group.

status: 0, or 1 when compare finds a difference, or 2 after an error.

examples:
  retrograd-weights list resnet18.pth
  retrograd-weights convert resnet18.pth resnet18.safetensors
  retrograd-weights rename ddp.pt plain.safetensors '^module\.' ''
)";

int run(const Arguments& words) {
  if (words.empty()) {
    throw UsageError("a command is needed: list, convert, rename or compare");
  }
  const std::string& command = words[0];
  Arguments rest(words.begin() + 1, words.end());
  if (command == "--help" || command == "-h" || command == "help") {
    fmt::print("{}", kHelp);
    return 0;
  }
  if (command == "--version") {
    fmt::print("retrograd-weights {}\n", RETROGRAD_VERSION);
    return 0;
  }
  if (command == "list") {
    return list(rest);
  }
  if (command == "convert") {
    return convert(rest);
  }
  if (command == "rename") {
    if (rest.size() != 4) {
      throw UsageError("rename needs IN, OUT, PATTERN and TEXT");
    }
    rest.insert(rest.begin() + 2, "--rename");
    return convert(rest);
  }
  if (command == "compare") {
    return compare(rest);
  }
  throw UsageError(fmt::format("no command is named {}", rg::detail::in_quotes(command)));
}

}  // namespace

int list(const Arguments& arguments) {
  if (arguments.size() != 1) {
    throw UsageError("list needs one FILE");
  }
  const rg::StateDict state = rg::load(arguments[0], line());
  std::int64_t numbers = 0;
  for (const auto& [name, tensor] : state) {
    fmt::print("{}  {}\n", rg::detail::printable(name), rg::describe(tensor));
    numbers += tensor.numel();
  }
  for (const auto& [name, text] : rg::load_metadata(arguments[0], line())) {
    fmt::print("{} = {}\n", rg::detail::printable(name), rg::detail::printable(text));
  }
  fmt::print("{} tensors, {} elements\n", state.size(), numbers);
  return 0;
}

}  // namespace weights

int main(int count, char** words) {
  try {
    const int status = weights::run({words + 1, words + count});
    if (std::fflush(stdout) != 0) {
      fmt::print(stderr, "retrograd-weights: the output cannot be written\n");
      return 2;
    }
    return status;
  } catch (const weights::UsageError& error) {
    fmt::print(stderr, "retrograd-weights: {}; see retrograd-weights --help\n", error.what());
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
  }
  return 2;
}
