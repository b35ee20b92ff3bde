#include <retrograd/tensor/internal/batch_rows.h>

namespace retrograd::detail {

namespace {

constinit thread_local BatchRows thread_rows;

std::uint64_t positions(std::uint64_t elements, std::uint64_t each) noexcept {
  return (elements + each - 1) / each;
}

}  // namespace

BatchRowsGuard::BatchRowsGuard(BatchRows rows) noexcept
    : previous_(std::exchange(thread_rows, rows)) {}

BatchRowsGuard::~BatchRowsGuard() {
  thread_rows = previous_;
}

Numbers take_numbers(Generator& generator, const Shape& shape, std::uint64_t each) noexcept {
  std::uint64_t count = 1;
  for (const std::int64_t size : shape) {
    count *= static_cast<std::uint64_t>(size);
  }
  const BatchRows& rows = thread_rows;
  if (rows.generator != &generator) {
    return {generator.take(positions(count, each)), 0};
  }
  if (!shape.empty() && rows.count > 0 && shape[0] % rows.count == 0) {
    const std::uint64_t of_row = count / static_cast<std::uint64_t>(rows.count);
    return {generator.take(positions(of_row * static_cast<std::uint64_t>(rows.total), each)),
            of_row * static_cast<std::uint64_t>(rows.first)};
  }
  // One position whatever the rows, so that later numbers are those of the whole batch.
  const Generator::State here{random_bits(generator.take(1), 0), 0};
  return {{random_bits(here, static_cast<std::uint64_t>(rows.first)), 0}, 0};
}

}  // namespace retrograd::detail
