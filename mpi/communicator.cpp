#include <retrograd/mpi/communicator.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include <retrograd/mpi/detail/watch.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::mpi {

namespace {

void require_sent(const Frame& call, const char* name, const Tensor& values) {
  check::require<GraphError>(call, values.defined(), {},
                             "the tensor is undefined [undefined-tensor]");
  check::require<ShapeError>(call, values.is_contiguous(), {{name, values}},
                             "the elements are not in row-major order; call contiguous() "
                             "[not-contiguous]");
  const std::int64_t bytes = values.numel() * static_cast<std::int64_t>(item_size(values.dtype()));
  check::require<ShapeError>(call, bytes <= std::numeric_limits<std::int32_t>::max(),
                             {{name, values}},
                             "an operation sends less than 2^31 bytes at once [message-too-large]");
}

void require_received(const Frame& call, const Tensor& values, const Tensor& received,
                      std::int64_t numel) {
  require_sent(call, "values", values);
  require_sent(call, "received", received);
  check::require<DTypeError>(call, values.dtype() == received.dtype(),
                             {{"values", values}, {"received", received}},
                             "both tensors must have one dtype [dtypes-differ]");
  check::require<ShapeError>(
      call, received.numel() == numel, {{"values", values}, {"received", received}},
      "{} elements are received, not {} [numel-differs]", numel, received.numel());
}

Tensor bytes_of(const std::string& text, std::size_t size) {
  Tensor bytes = zeros({static_cast<std::int64_t>(size)}, {.dtype = uint8});
  std::memcpy(bytes.raw_bytes(), text.data(), std::min(size, text.size()));
  return bytes;
}

std::string text_of(const Tensor& bytes, std::int64_t begin, std::int64_t size) {
  return {reinterpret_cast<const char*>(bytes.raw_bytes()) + begin, static_cast<std::size_t>(size)};
}

}  // namespace

Communicator::Communicator(int rank, int size)
    : rank_(rank), size_(size), watch_(std::make_unique<detail::Watch>(size)) {}

Communicator::~Communicator() = default;

void Communicator::set_timeout(double seconds, Where where) {
  check::require<ValueError>({"set_timeout", where}, seconds > 0, {},
                             "the timeout must be above 0, not {} [value-out-of-range]", seconds);
  timeout_ = seconds;
}

Work Communicator::begin(std::unique_ptr<detail::Request> request, const char* op,
                         std::string_view what) {
  return {*this, std::move(request), ++started_, op, what};
}

Work Communicator::all_reduce(const Tensor& values, std::string_view what, Where where) {
  const Frame call("all_reduce", where);
  require_sent(call, "values", values);
  check::require<DTypeError>(call, values.dtype() != uint8 && values.dtype() != boolean,
                             {{"values", values}},
                             "float32, float64, bfloat16 and int64 are added [dtype-not-added]");
  return begin(start_all_reduce(values), "all_reduce", what);
}

Work Communicator::broadcast(const Tensor& values, int root, std::string_view what, Where where) {
  const Frame call("broadcast", where);
  require_sent(call, "values", values);
  check::require<IndexError>(call, root >= 0 && root < size_, {},
                             "there is no rank {}: there are {} [index-out-of-range]", root, size_);
  return begin(start_broadcast(values, root), "broadcast", what);
}

Work Communicator::all_gather(const Tensor& values, const Tensor& all, std::string_view what,
                              Where where) {
  const Frame call("all_gather", where);
  require_received(call, values, all, values.numel() * size_);
  return begin(start_all_gather(values, all), "all_gather", what);
}

Work Communicator::all_to_all(const Tensor& parts, const Tensor& received, std::string_view what,
                              Where where) {
  const Frame call("all_to_all", where);
  require_received(call, parts, received, parts.numel());
  check::require<ShapeError>(call, parts.numel() % size_ == 0, {{"parts", parts}},
                             "{} elements have no {} equal parts [parts-uneven]", parts.numel(),
                             size_);
  return begin(start_all_to_all(parts, received), "all_to_all", what);
}

void Communicator::barrier(Where where) {
  const Frame call("barrier", where);
  all_reduce(zeros({1}, {.dtype = int64}), "a barrier").wait();
}

std::vector<std::string> Communicator::all_gather_text(const std::string& text,
                                                       std::string_view what, Where where) {
  const Frame call("all_gather_text", where);
  const Tensor sizes = zeros({size_}, {.dtype = int64});
  all_gather(full({1}, static_cast<std::int64_t>(text.size()), {.dtype = int64}), sizes, what)
      .wait();
  const auto* size = sizes.raw<std::int64_t>();
  const std::int64_t most = *std::max_element(size, size + size_);
  std::vector<std::string> texts(static_cast<std::size_t>(size_));
  if (most == 0) {
    return texts;
  }
  const Tensor all = zeros({size_ * most}, {.dtype = uint8});
  all_gather(bytes_of(text, static_cast<std::size_t>(most)), all, what).wait();
  for (int r = 0; r < size_; ++r) {
    texts[static_cast<std::size_t>(r)] = text_of(all, r * most, size[r]);
  }
  return texts;
}

bool Communicator::any(bool condition) {
  const Frame call("any", {});
  const Tensor count = full({1}, condition ? 1 : 0, {.dtype = int64});
  all_reduce(count, "whether any rank stops").wait();
  return count.item<std::int64_t>() > 0;
}

std::string Communicator::broadcast_text(const std::string& text, int root, std::string_view what,
                                         Where where) {
  const Frame call("broadcast_text", where);
  const Tensor size = full({1}, static_cast<std::int64_t>(text.size()), {.dtype = int64});
  broadcast(size, root, what).wait();
  const auto bytes = size.item<std::int64_t>();
  const Tensor values = bytes_of(text, static_cast<std::size_t>(bytes));
  broadcast(values, root, what).wait();
  return text_of(values, 0, bytes);
}

}  // namespace retrograd::mpi
