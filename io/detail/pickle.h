// The pickles of .pt files: Python's objects as plain data.
//
// A pickle is a program for a stack machine, which can call every function of Python. The machine
// here has none to call. It knows the opcodes that data needs and the names that describe tensors,
// and refuses all others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <retrograd/io/detail/stored.h>
#include <retrograd/io/internal/file.h>
#include <retrograd/tensor/dims.h>

namespace retrograd::detail {

enum class PyKind : std::uint8_t {
  none,
  boolean,
  integer,
  big_integer,  // above 64 bits: its bytes are a text
  floating,
  text,
  sequence,  // a list, a tuple or a torch.Size
  dict,      // keys and values by turns
  global,
  storage,
  tensor
};

struct PyText {
  std::uint32_t begin;
  std::uint32_t size;
};

struct PyValue {
  PyKind kind = PyKind::none;
  union {
    std::int64_t integer = 0;  // a boolean's too
    double floating;
    PyText text;          // within the pickle
    std::uint32_t index;  // of a container, storage or tensor
  };

  static PyValue of(PyKind kind, std::int64_t value) {
    PyValue made{.kind = kind};
    made.integer = value;
    return made;
  }
  static PyValue of(double value) {
    PyValue made{.kind = PyKind::floating};
    made.floating = value;
    return made;
  }
  static PyValue of(PyKind kind, PyText value) {
    PyValue made{.kind = kind};
    made.text = value;
    return made;
  }
  static PyValue at(PyKind kind, std::size_t index) {
    PyValue made{.kind = kind};
    made.index = static_cast<std::uint32_t>(index);
    return made;
  }
};
static_assert(sizeof(PyValue) == 16);

struct PyStorage {
  Stored stored = Stored::float32;
  std::string_view key;
  std::int64_t numel = 0;
  std::int64_t view = 0;  // elements of the storage before those of this view
};

struct PyTensor {
  std::uint32_t storage = 0;
  std::int64_t offset = 0;
  Shape shape;
  Strides strides;
};

struct Pickle {
  std::string_view bytes;
  std::size_t size = 0;  // up to its end, which may be before that of `bytes`
  PyValue root;
  std::deque<std::vector<PyValue>> containers;
  std::deque<PyStorage> storages;
  std::deque<PyTensor> tensors;

  std::string_view text(const PyValue& value) const {
    return bytes.substr(value.text.begin, value.text.size);
  }
  const std::vector<PyValue>& items(const PyValue& value) const { return containers[value.index]; }
};

// "torch.float32" and the like.
std::string_view global_name(const PyValue& value);

// A pickle, and what is around it.
struct PickleSource {
  std::string_view bytes;       // its beginning or more
  std::uint64_t available = 0;  // bytes that there are at most: the rest of the file
  std::string place;            // such as "data.pkl", for messages
  std::uint64_t offset = 0;     // of the first byte there
};

inline constexpr std::uint64_t kMostPickleBytes = 100'000'000;

// Runs a pickle. The result views `bytes`. No value if it needs more bytes than there are in
// `bytes`, but no more than are available. Throws IoError for everything that is not data.
std::optional<Pickle> run_pickle(const FileCall& call, const PickleSource& source);

}  // namespace retrograd::detail
