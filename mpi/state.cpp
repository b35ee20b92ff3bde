#include <retrograd/mpi/state.h>

#include <cstdint>
#include <sstream>
#include <string>

#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/frame.h>

namespace retrograd::mpi {

namespace {

// A line for each tensor: dtype, number of dimensions, sizes, name.
std::string describe(const StateDict& state) {
  std::string text;
  for (const auto& [name, tensor] : state) {
    text += std::to_string(static_cast<int>(tensor.dtype())) + " " + std::to_string(tensor.dim());
    for (const std::int64_t size : tensor.shape()) {
      text += " " + std::to_string(size);
    }
    text += " " + name + "\n";
  }
  return text;
}

StateDict empty_state(const std::string& text) {
  StateDict state;
  std::istringstream lines(text);
  int dtype = 0;
  std::size_t dims = 0;
  while (lines >> dtype >> dims) {
    Shape shape;
    for (std::size_t i = 0; i < dims; ++i) {
      std::int64_t size = 0;
      lines >> size;
      shape.push_back(size);
    }
    std::string name;
    std::getline(lines.ignore(), name);
    state.insert(name, zeros(shape, {.dtype = static_cast<DType>(dtype)}));
  }
  return state;
}

}  // namespace

StateDict broadcast_state(const StateDict& state, Communicator& communicator, int root,
                          Where where) {
  const Frame call("broadcast_state", where);
  const bool is_root = communicator.rank() == root;
  const std::string text = communicator.broadcast_text(is_root ? describe(state) : std::string(),
                                                       root, "the names of a state");
  StateDict received = is_root ? StateDict() : empty_state(text);
  if (is_root) {
    for (const auto& [name, tensor] : state) {
      received.insert(name, tensor.detach().contiguous());
    }
  }
  for (const auto& [name, tensor] : received) {
    communicator.broadcast(tensor, root, name).wait();
  }
  return received;
}

StateDict Communicator::shared(const StateDict& state) {
  return broadcast_state(state, *this);
}

}  // namespace retrograd::mpi
