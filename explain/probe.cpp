#include <retrograd/explain/detail/probe.h>

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include <retrograd/explain/detail/format.h>
#include <retrograd/explain/detail/known.h>
#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/internal/view_within.h>
#include <retrograd/tensor/strided.h>

namespace retrograd::detail {

namespace {

constexpr std::int64_t kMostElements = 1 << 16;  // more could not be told apart in float32

Tensor copy_of_memory(const Tensor& tensor) {
  const std::size_t count = tensor.impl().storage->bytes / item_size(tensor.dtype());
  return detail::view_within(tensor, {static_cast<std::int64_t>(count)}, {1}, 0).clone();
}

}  // namespace

Probe::Probe(const std::vector<Node*>& nodes,
             const std::vector<std::pair<std::string, Tensor>>& named) {
  std::int64_t count = 0;
  for (const auto& [name, tensor] : named) {
    const bool fits = (tensor.dtype() == float32 || tensor.dtype() == float64) &&
                      count + tensor.numel() <= kMostElements;
    if (fits) {
      count += tensor.numel();
      named_.emplace_back(name, tensor);
      if (memory_of(tensor) == nullptr) {
        memories_.emplace(memory_key(tensor), std::pair(tensor, copy_of_memory(tensor)));
      }
    }
  }
  // Where two share memory, the first name is the one to see.
  double last = 0;
  for (std::size_t i = named_.size(); i-- > 0;) {
    put_values(i, last);
  }
  for (Node* node : nodes) {
    for (std::size_t i = 0; i < node->saved().size(); ++i) {
      const Tensor& saved = node->saved()[i].value;
      const Tensor* memory = saved.defined() ? memory_of(saved) : nullptr;
      if (memory != nullptr) {
        nodes_.insert(node);
        replaced_.emplace_back(
            *node, i,
            detail::view_within(*memory, saved.shape(), saved.strides(), saved.impl().offset));
      }
    }
  }
}

const Tensor* Probe::memory_of(const Tensor& tensor) const {
  const auto [first, last] = memories_.equal_range(memory_key(tensor));
  const auto found = std::find_if(
      first, last, [&](const auto& entry) { return entry.second.first.dtype() == tensor.dtype(); });
  return found == last ? nullptr : &found->second.second;
}

// Values between 1 and 1.4, spread by the golden ratio. `last` is the fraction used last.
void Probe::put_values(std::size_t number, double& last) {
  const Tensor& tensor = named_[number].second;
  const Tensor target = detail::view_within(*memory_of(tensor), tensor.shape(), tensor.strides(),
                                            tensor.impl().offset);
  const auto values = tensor.to_vector<double>();
  std::int64_t element = 0;
  std::unordered_set<std::int64_t> put_at;  // several elements of an expanded tensor are one
  for_float_or_double(tensor.dtype(), [&]<class T>() {
    for_each_element(tensor.shape(), tensor.strides(), [&](std::int64_t offset) {
      if (put_at.insert(offset).second) {
        last = std::fmod(last + 0.6180339887498949, 1.0);
        const auto put = static_cast<float>(1 + 0.4 * last);
        target.raw<T>()[offset] = put;
        sources_[put] = {number, element, values[static_cast<std::size_t>(element)]};
      }
      ++element;
    });
  });
}

std::optional<NamedElement> Probe::recognise(double probed, double value) const {
  for (const int factor : {1, -1, 2, -2}) {
    const auto found = sources_.find(probed / factor);
    if (found != sources_.end() && found->second.value * factor == value) {
      const Source& source = found->second;
      const auto& [name, tensor] = named_[source.tensor];
      return NamedElement{name, element_index(source.element, tensor.shape()), factor};
    }
  }
  return std::nullopt;
}

// Entries that are 0 in one of both are in the other's list alone; both are by column and row.
std::map<std::int64_t, NamedElement> Probe::recognise(const Link& probed, const Link& own) const {
  std::map<std::int64_t, NamedElement> names;
  const std::int64_t columns = elements(own.between.back()->shape());
  auto at = own.entries.begin();
  for (const JacobianEntry& entry : probed.entries) {
    const auto is_before = [&](const JacobianEntry& e) {
      return std::pair(e.column, e.row) < std::pair(entry.column, entry.row);
    };
    while (at != own.entries.end() && is_before(*at)) {
      ++at;
    }
    const bool is_same =
        at != own.entries.end() && at->column == entry.column && at->row == entry.row;
    if (const auto element = recognise(entry.value, is_same ? at->value : 0)) {
      names.emplace(entry.row * columns + entry.column, *element);
    }
  }
  return names;
}

}  // namespace retrograd::detail
