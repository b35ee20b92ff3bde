#include <retrograd/mpi/detail/agreement.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <fmt/format.h>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::mpi::detail {

namespace {

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    lines.push_back(text.substr(begin, end - begin));
  }
  return lines;
}

// The first difference, or nothing.
std::string difference(const std::vector<std::string>& mine, const std::vector<std::string>& first,
                       int rank) {
  const std::size_t most = std::max(mine.size(), first.size());
  for (std::size_t i = 0; i < most; ++i) {
    const std::string_view own = i < mine.size() ? std::string_view(mine[i]) : "nothing more";
    const std::string_view other = i < first.size() ? std::string_view(first[i]) : "nothing more";
    if (own != other) {
      return fmt::format("rank {} has {}, and rank 0 has {}", rank, own, other);
    }
  }
  return {};
}

// A mix of 8 bytes at a time, after the finaliser of MurmurHash3.
std::uint64_t hash_of(const Tensor& values) {
  const Tensor rows = values.detach().contiguous();
  const std::byte* const bytes = rows.raw_bytes();
  const auto count = static_cast<std::size_t>(rows.numel()) * item_size(rows.dtype());
  std::uint64_t hash = count;
  for (std::size_t i = 0; i < count; i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + i, std::min<std::size_t>(8, count - i));
    hash = std::rotl(hash ^ word, 27) * 0xff51afd7ed558ccdU;
    hash ^= hash >> 33;
  }
  return hash;
}

}  // namespace

void require_equal_lines(Communicator& communicator, const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    text += line + '\n';
  }
  const std::string first = communicator.broadcast_text(text, 0, "the list of tensors of rank 0");
  const std::string mine = difference(lines, split(first), communicator.rank());
  for (const std::string& differs : communicator.all_gather_text(mine, "the lists of tensors")) {
    check::require<CommunicationError>({"DataParallel", {}}, differs.empty(), {},
                                       "{} [ranks-differ]", differs);
  }
}

std::vector<std::string> describe(const nn::Module::NamedTensors& tensors) {
  std::vector<std::string> lines;
  for (const auto& [name, tensor] : tensors) {
    lines.push_back(fmt::format(
        "{} {}{}", name, retrograd::describe(tensor),
        is_floating(tensor.dtype()) && tensor.requires_grad() ? ", which is trained" : ""));
  }
  return lines;
}

void copy_from_rank_0(Communicator& communicator, const nn::Module::NamedTensors& tensors) {
  const NoGradGuard unrecorded;
  for (const auto& [name, tensor] : tensors) {
    const Tensor rows = tensor.detach().contiguous();
    communicator.broadcast(rows, 0, name).wait();
    if (communicator.rank() != 0 && !rows.shares_memory_with(tensor)) {
      tensor.detach().copy_(rows);
    }
  }
}

void require_equal_bits(Communicator& communicator, const nn::Module::NamedTensors& tensors) {
  const NoGradGuard unrecorded;
  const auto count = static_cast<std::int64_t>(tensors.size());
  const Tensor mine = zeros({count}, {.dtype = int64});
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    mine.raw<std::int64_t>()[i] = static_cast<std::int64_t>(hash_of(tensors[i].second));
  }
  const Tensor all = zeros({communicator.size(), count}, {.dtype = int64});
  communicator.all_gather(mine, all, "the hashes of tensors").wait();
  const auto* const hashes = all.raw<std::int64_t>();
  for (std::int64_t i = 0; i < communicator.size() * count; ++i) {
    check::require<CommunicationError>(
        {"DataParallel", {}}, hashes[i] == hashes[i % count], {},
        "the bits of {} on rank {} are others than on rank 0 [ranks-differ]",
        tensors[static_cast<std::size_t>(i % count)].first, i / count);
  }
}

}  // namespace retrograd::mpi::detail
