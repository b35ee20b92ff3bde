#include <algorithm>
#include <array>
#include <limits>

#include <retrograd/io/detail/pickle_machine.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::detail {

namespace {

enum class Role : std::uint8_t {
  storage,
  tensor,
  parameter,
  dict,
  plain,
  constant,
  numpy_type,
  numpy_scalar,
  encoded
};

struct Global {
  std::string_view name;
  Role role;
  Stored stored = Stored::float32;
};

constexpr std::size_t kMostTensors = 1'000'000;  // and storages

// All names that a pickle may hold. Modules are spelled as Python 2 and 3 do.
constexpr std::array kGlobals{Global{"torch.FloatStorage", Role::storage, Stored::float32},
                              Global{"torch.DoubleStorage", Role::storage, Stored::float64},
                              Global{"torch.HalfStorage", Role::storage, Stored::float16},
                              Global{"torch.BFloat16Storage", Role::storage, Stored::bfloat16},
                              Global{"torch.LongStorage", Role::storage, Stored::int64},
                              Global{"torch.IntStorage", Role::storage, Stored::int32},
                              Global{"torch.ShortStorage", Role::storage, Stored::int16},
                              Global{"torch.CharStorage", Role::storage, Stored::int8},
                              Global{"torch.ByteStorage", Role::storage, Stored::uint8},
                              Global{"torch.BoolStorage", Role::storage, Stored::boolean},
                              Global{"torch._utils._rebuild_tensor", Role::tensor},
                              Global{"torch._utils._rebuild_tensor_v2", Role::tensor},
                              Global{"torch._utils._rebuild_parameter", Role::parameter},
                              Global{"torch._utils._rebuild_parameter_with_state", Role::parameter},
                              Global{"collections.OrderedDict", Role::dict},
                              Global{"torch.Size", Role::plain},
                              Global{"torch.device", Role::plain},
                              Global{"numpy.dtype", Role::numpy_type},
                              Global{"numpy.core.multiarray.scalar", Role::numpy_scalar},
                              Global{"numpy._core.multiarray.scalar", Role::numpy_scalar},
                              Global{"_codecs.encode", Role::encoded},
                              Global{"torch.float32", Role::constant},
                              Global{"torch.float64", Role::constant},
                              Global{"torch.float16", Role::constant},
                              Global{"torch.bfloat16", Role::constant},
                              Global{"torch.int64", Role::constant},
                              Global{"torch.int32", Role::constant},
                              Global{"torch.int16", Role::constant},
                              Global{"torch.int8", Role::constant},
                              Global{"torch.uint8", Role::constant},
                              Global{"torch.bool", Role::constant}};

}  // namespace

std::string_view global_name(const PyValue& value) {
  return kGlobals[value.index].name;
}

void PickleMachine::push_global(std::string_view module, std::string_view name) {
  const std::string full = std::string(module) + "." + std::string(name);
  const auto* found = std::find_if(kGlobals.begin(), kGlobals.end(),
                                   [&](const Global& each) { return each.name == full; });
  if (found == kGlobals.end()) {
    call_.fail(
        "the pickle names {} at {}; only tensors, dicts, lists, numbers and texts are read, and no "
        "code is run [pickle-refused]",
        in_quotes(full), at());
  }
  push(PyValue::at(PyKind::global, static_cast<std::size_t>(found - kGlobals.begin())));
}

// "Calls" a function: makes the data that Python's function would return.
void PickleMachine::reduce() {
  const Items both = pop_count(2);
  require(both[0].kind == PyKind::global && both[1].kind == PyKind::sequence,
          "a call of what is no function");
  const Global& global = kGlobals[both[0].index];
  const Items& arguments = items(both[1]);
  switch (global.role) {
    case Role::dict: return push(ordered_dict(arguments));
    case Role::tensor: return push(rebuild_tensor(arguments));
    case Role::parameter:
      require(!arguments.empty() && arguments[0].kind == PyKind::tensor,
              "a parameter without its tensor");
      return push(PyValue(arguments[0]));
    case Role::plain:
      // A Size is the tuple that it gets; a device is its type and index.
      return push(arguments.size() == 1 && arguments[0].kind == PyKind::sequence ? arguments[0]
                                                                                 : both[1]);
    case Role::numpy_type: return push(numpy_type(arguments));
    case Role::numpy_scalar: return push(numpy_scalar(arguments));
    case Role::encoded: return push(encoded(arguments));
    case Role::storage:
    case Role::constant: break;
  }
  malformed("a call of what is no function");
}

// Without arguments, or with a list of pairs, as Python 2 wrote it.
PyValue PickleMachine::ordered_dict(const Items& arguments) {
  Items dict;
  if (!arguments.empty()) {
    require(arguments.size() == 1 && arguments[0].kind == PyKind::sequence,
            "an OrderedDict of what is no list");
    for (const PyValue& pair : items(arguments[0])) {
      require(pair.kind == PyKind::sequence && items(pair).size() == 2,
              "an OrderedDict of what are no pairs");
      dict.insert(dict.end(), items(pair).begin(), items(pair).end());
    }
  }
  return container(PyKind::dict, std::move(dict));
}

// Sets attributes. State dicts have one: the versions of their modules, which says no more about
// the values.
void PickleMachine::build() {
  const PyValue state = pop();
  if (!stack_.empty() && stack_.back().kind == PyKind::text) {
    return build_numpy_type(state);
  }
  require(!stack_.empty() && stack_.back().kind == PyKind::dict, "attributes of what is no dict");
}

// ("storage", type, key, device, number of elements[, view]), where a view is None or its key,
// offset and number of elements.
void PickleMachine::push_storage() {
  const PyValue id = pop();
  require(id.kind == PyKind::sequence, "a storage without its description");
  const Items& parts = items(id);
  require((parts.size() == 5 || parts.size() == 6) && parts[0].kind == PyKind::text &&
              pickle_.text(parts[0]) == "storage" && parts[1].kind == PyKind::global &&
              kGlobals[parts[1].index].role == Role::storage && parts[2].kind == PyKind::text &&
              parts[4].kind == PyKind::integer && parts[4].integer >= 0,
          "a wrong description of a storage");
  PyStorage storage{.stored = kGlobals[parts[1].index].stored,
                    .key = pickle_.text(parts[2]),
                    .numel = parts[4].integer};
  if (parts.size() == 6 && parts[5].kind != PyKind::none) {
    require(parts[5].kind == PyKind::sequence && items(parts[5]).size() == 3, "a wrong view");
    const PyValue& offset = items(parts[5])[1];
    require(
        offset.kind == PyKind::integer && offset.integer >= 0 && offset.integer <= storage.numel,
        "a view outside its storage");
    storage.view = offset.integer;
  }
  // Also in bytes, and as bytes of the dtype that it is read as, which has 8 at most.
  require(storage.numel <= std::numeric_limits<std::int64_t>::max() / 8, "a storage too large");
  require(pickle_.storages.size() < kMostTensors, "too many storages");
  pickle_.storages.push_back(storage);
  push(PyValue::at(PyKind::storage, pickle_.storages.size() - 1));
}

// (storage, offset, size, stride[, requires_grad, hooks[, metadata]])
PyValue PickleMachine::rebuild_tensor(const Items& arguments) {
  require(arguments.size() >= 4 && arguments.size() <= 7 && arguments[0].kind == PyKind::storage &&
              arguments[1].kind == PyKind::integer,
          "a wrong description of a tensor");
  PyTensor tensor{.storage = arguments[0].index,
                  .offset = arguments[1].integer,
                  .shape = dims(arguments[2]),
                  .strides = dims(arguments[3])};
  require(tensor.shape.size() == tensor.strides.size(), "a tensor with another number of strides");
  check_within(tensor);
  // Bits that say that the values are to be negated or conjugated.
  if (arguments.size() == 7 && arguments[6].kind == PyKind::dict && !items(arguments[6]).empty()) {
    call_.fail(
        "the tensor at {} has values that are computed when they are used; save a clone() "
        "[file-unsupported]",
        at());
  }
  require(pickle_.tensors.size() < kMostTensors, "too many tensors");
  pickle_.tensors.push_back(tensor);
  return PyValue::at(PyKind::tensor, pickle_.tensors.size() - 1);
}

Dims PickleMachine::dims(const PyValue& value) {
  require(value.kind == PyKind::sequence, "a shape that is no tuple");
  if (items(value).size() > Dims::capacity) {
    call_.fail("the tensor at {} has {} dimensions; at most 8 are read [file-unsupported]", at(),
               items(value).size());
  }
  Dims dims;
  for (const PyValue& size : items(value)) {
    require(size.kind == PyKind::integer && size.integer >= 0, "a wrong size or stride");
    dims.push_back(size.integer);
  }
  return dims;
}

// Every element must be inside the storage.
void PickleMachine::check_within(const PyTensor& tensor) {
  const PyStorage& storage = pickle_.storages[tensor.storage];
  std::int64_t first = 0;
  bool overflows = __builtin_add_overflow(tensor.offset, storage.view, &first);
  std::int64_t last = first;
  std::int64_t bytes = 8;
  bool is_empty = false;
  for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
    const std::int64_t size = tensor.shape[i];
    const std::int64_t steps = std::max<std::int64_t>(size - 1, 0);
    std::int64_t span = 0;
    is_empty = is_empty || size == 0;
    overflows = overflows ||
                __builtin_mul_overflow(bytes, std::max<std::int64_t>(size, 1), &bytes) ||
                __builtin_mul_overflow(steps, tensor.strides[i], &span) ||
                __builtin_add_overflow(last, span, &last);
  }
  const bool is_within = is_empty ? first <= storage.numel : last < storage.numel;
  require(!overflows && tensor.offset >= 0 && is_within, "a tensor outside its storage");
}

}  // namespace retrograd::detail
