#include <cerrno>
#include <charconv>
#include <filesystem>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <retrograd/onnx/detail/program.h>
#include <retrograd/onnx/detail/raw_values.h>
#include <retrograd/tensor/internal/printable.h>

namespace retrograd::onnx::detail {

using retrograd::detail::Descriptor;
using retrograd::detail::FileCall;
using retrograd::detail::in_quotes;

namespace {

std::optional<std::uint64_t> number(const TensorProto& tensor, const char* key,
                                    const FileCall& call) {
  const auto entry = tensor.external_data.find(key);
  if (entry == tensor.external_data.end()) {
    return {};
  }
  const std::string& text = entry->second;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    call.fail("the external data of tensor {} has {} {} [file-malformed]", in_quotes(tensor.name),
              key, in_quotes(text));
  }
  return value;
}

// Opens a file below the model's folder. Links are not followed, since they may lead elsewhere.
Descriptor open_inside(const std::string& location, const TensorProto& tensor,
                       const FileCall& call) {
  const std::filesystem::path wanted(location);
  bool leaves = location.empty() || location.find('\0') != std::string::npos ||
                wanted.is_absolute() || !wanted.has_filename();
  for (const std::filesystem::path& part : wanted) {
    leaves = leaves || part == "..";
  }
  if (leaves) {
    call.fail("the external data of tensor {} is in {}, outside the model's folder [file-unsafe]",
              in_quotes(tensor.name), in_quotes(location));
  }
  const std::filesystem::path folder = std::filesystem::path(call.path).parent_path();
  Descriptor at(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (auto part = wanted.begin(); at.is_open() && part != wanted.end(); ++part) {
    if (*part == ".") {
      continue;
    }
    const bool is_last = std::next(part) == wanted.end();
    // A FIFO would block without O_NONBLOCK.
    at = Descriptor(
        ::openat(at.get(), part->c_str(),
                 O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | (is_last ? 0 : O_DIRECTORY)));
  }
  if (!at.is_open()) {
    if (errno == ELOOP || errno == ENOTDIR) {
      call.fail("the external data of tensor {} is in {}, behind a link [file-unsafe]",
                in_quotes(tensor.name), in_quotes(location));
    }
    call.fail("the external data of tensor {} is in {}, which cannot be read [file-not-found]",
              in_quotes(tensor.name), in_quotes(location));
  }
  return at;
}

}  // namespace

void read_external(TensorProto& tensor, const FileCall& call) {
  if (tensor.external_data.empty()) {
    return;
  }
  const auto location = tensor.external_data.find("location");
  const std::string file = location != tensor.external_data.end() ? location->second : "";
  const std::uint64_t size = element_count(tensor, call) * item_size(tensor.data_type);
  const std::uint64_t offset = number(tensor, "offset", call).value_or(0);
  const std::uint64_t length = number(tensor, "length", call).value_or(size);
  const Descriptor input = open_inside(file, tensor, call);
  struct stat status {};
  if (::fstat(input.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    call.fail("the external data of tensor {} is in {}, no regular file [file-not-found]",
              in_quotes(tensor.name), in_quotes(file));
  }
  const auto available = static_cast<std::uint64_t>(status.st_size);
  if (length != size || offset > available || size > available - offset) {
    call.fail("tensor {} takes {} bytes, but {} at {} are given of {} in {} [file-truncated]",
              in_quotes(tensor.name), size, length, offset, available, in_quotes(file));
  }
  tensor.raw_data.resize(size);
  for (std::uint64_t done = 0; done < size;) {
    const ssize_t count = ::pread(input.get(), tensor.raw_data.data() + done, size - done,
                                  static_cast<off_t>(offset + done));
    if (count == 0 || (count < 0 && errno != EINTR)) {
      call.fail("the external data of tensor {} could not be read [file-truncated]",
                in_quotes(tensor.name));
    }
    done += count > 0 ? static_cast<std::uint64_t>(count) : 0;
  }
  tensor.external_data.clear();
}

namespace {

void read_in(GraphProto& graph, const FileCall& call);

void read_in(std::vector<Attribute>& attributes, const FileCall& call) {
  for (Attribute& attribute : attributes) {
    for (TensorProto& tensor : attribute.t) {
      read_external(tensor, call);
    }
    for (GraphProto& graph : attribute.g) {
      read_in(graph, call);
    }
  }
}
void read_in(std::vector<Node>& nodes, const FileCall& call) {
  for (Node& node : nodes) {
    read_in(node.attributes, call);
  }
}
void read_in(GraphProto& graph, const FileCall& call) {
  for (TensorProto& tensor : graph.initializers) {
    read_external(tensor, call);
  }
  read_in(graph.nodes, call);
}

}  // namespace

void read_all_external(ModelProto& model, const FileCall& call) {
  read_in(model.graph, call);
  for (FunctionProto& function : model.functions) {
    read_in(function.nodes, call);
    read_in(function.attribute_defaults, call);
  }
}

}  // namespace retrograd::onnx::detail
