// Lists of indices as arguments that a trace keeps.
#include <cstdint>
#include <utility>
#include <vector>

#include <retrograd/ops/internal/arguments.h>

namespace retrograd {

namespace {

// Added to an index's kind where a slice has these bounds.
constexpr std::int64_t kHasStart = 8;
constexpr std::int64_t kHasStop = 16;

}  // namespace

void ArgumentOf<Indices>::append(Arguments& all, const Indices& value) {
  std::vector<std::int64_t> numbers;
  std::vector<Tensor> tensors;
  for (const Index& index : value) {
    const Slice& slice = index.slice();
    numbers.insert(numbers.end(), {static_cast<std::int64_t>(index.kind()) +
                                       (slice.start ? kHasStart : 0) + (slice.stop ? kHasStop : 0),
                                   slice.start.value_or(0), slice.stop.value_or(0), slice.step});
    if (index.kind() == Index::Kind::tensor) {
      tensors.push_back(index.tensor());
    }
  }
  all.push_back(std::move(numbers));
  all.push_back(std::move(tensors));
}

Indices ArgumentOf<Indices>::read(ArgumentReader& in) {
  const auto* const numbers = in.take<std::vector<std::int64_t>>();
  const auto* const tensors = in.take<std::vector<Tensor>>();
  Indices all;
  if (numbers == nullptr || tensors == nullptr) {
    return all;
  }
  auto tensor = tensors->begin();
  for (std::size_t i = 0; i + 3 < numbers->size(); i += 4) {
    const std::int64_t* const given = numbers->data() + i;
    Slice slice{.step = given[3]};
    if ((given[0] & kHasStart) != 0) {
      slice.start = given[1];
    }
    if ((given[0] & kHasStop) != 0) {
      slice.stop = given[2];
    }
    switch (static_cast<Index::Kind>(given[0] % kHasStart)) {
      case Index::Kind::all: all.emplace_back(); break;
      case Index::Kind::others: all.emplace_back(ellipsis); break;
      case Index::Kind::added: all.emplace_back(newaxis); break;
      case Index::Kind::number: all.emplace_back(given[1]); break;
      case Index::Kind::slice: all.emplace_back(slice); break;
      case Index::Kind::tensor:
        all.emplace_back(tensor != tensors->end() ? *tensor++ : Tensor());
        break;
    }
  }
  return all;
}

}  // namespace retrograd
