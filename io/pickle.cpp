#include <bit>
#include <limits>

#include <retrograd/io/detail/pickle_machine.h>
#include <retrograd/tensor/internal/format.h>

// The opcodes are documented in Python's pickletools.py.
namespace retrograd::detail {

namespace {

constexpr std::size_t kMostStack = 100'000;
constexpr std::size_t kMostContainers = 4'000'000;
constexpr int kNewestProtocol = 5;

}  // namespace

std::optional<Pickle> run_pickle(const FileCall& call, const PickleSource& source) {
  try {
    return PickleMachine(call, source).run();
  } catch (const PickleMachine::NeedsMore&) {
    return std::nullopt;
  }
}

PickleMachine::PickleMachine(const FileCall& call, const PickleSource& source)
    : call_(call), source_(source) {
  pickle_.bytes = source.bytes;
}

Pickle PickleMachine::run() {
  while (true) {
    opcode_ = next_;
    const auto opcode = static_cast<unsigned char>(take(1)[0]);
    if (opcode == '.') {
      require(stack_.size() == 1 && marks_.empty(), "more or less than one value at its end");
      pickle_.root = stack_.back();
      pickle_.size = next_;
      return std::move(pickle_);
    }
    if (!run_constant(opcode) && !run_text(opcode) && !run_container(opcode) && !run_memo(opcode) &&
        !run_call(opcode)) {
      call_.fail(
          "the pickle has the opcode {:#04x} at {}, which is not one of those that data needs "
          "[pickle-refused]",
          unsigned{opcode}, at());
    }
  }
}

bool PickleMachine::run_constant(unsigned char opcode) {
  using Kind = PyKind;
  switch (opcode) {
    case 0x80:  // PROTO
      require(number(1) <= kNewestProtocol, "an unknown protocol");
      return true;
    case 0x95:  // FRAME
      number(8);
      return true;
    case 'N': push({}); return true;
    case 0x88: push(PyValue::of(Kind::boolean, 1)); return true;
    case 0x89: push(PyValue::of(Kind::boolean, 0)); return true;
    case 'J': push(PyValue::of(Kind::integer, static_cast<std::int32_t>(number(4)))); return true;
    case 'K':
    case 'M':
      push(PyValue::of(Kind::integer, static_cast<std::int64_t>(number(opcode == 'K' ? 1 : 2))));
      return true;
    case 0x8a: {  // LONG1: two's complement
      const auto count = static_cast<std::size_t>(number(1));
      const std::string_view bytes = take(count);
      require(count <= 16, "an integer of more than 16 bytes");
      if (count > 8) {
        push(PyValue::of(Kind::big_integer, view(bytes)));
        return true;
      }
      next_ -= count;
      const std::uint64_t value = number(count);
      const auto unused = static_cast<int>(64 - 8 * count);
      const auto extended = count == 0 ? 0 : static_cast<std::int64_t>(value << unused) >> unused;
      push(PyValue::of(Kind::integer, extended));
      return true;
    }
    case 'G': {  // big-endian
      std::uint64_t bits = 0;
      for (const char byte : take(8)) {
        bits = bits << 8 | static_cast<unsigned char>(byte);
      }
      push(PyValue::of(std::bit_cast<double>(bits)));
      return true;
    }
    default: return false;
  }
}

bool PickleMachine::run_text(unsigned char opcode) {
  std::size_t length_bytes = 0;
  switch (opcode) {
    case 'U':
    case 0x8c: length_bytes = 1; break;
    case 'T':
    case 'X': length_bytes = 4; break;
    case 0x8d: length_bytes = 8; break;
    default: return false;
  }
  push(PyValue::of(PyKind::text, view(take(number(length_bytes)))));
  return true;
}

bool PickleMachine::run_container(unsigned char opcode) {
  switch (opcode) {
    case '(':
      require(marks_.size() < kMostStack, "too many marks");
      marks_.push_back(stack_.size());
      return true;
    case ')':
    case ']': push(container(PyKind::sequence, {})); return true;
    case '}': push(container(PyKind::dict, {})); return true;
    case 't':
    case 'l': push(container(PyKind::sequence, pop_to_mark())); return true;
    case 'd': {
      Items items = pop_to_mark();
      push(container(PyKind::dict, {}));
      set_items(items);
      return true;
    }
    case 0x85:
    case 0x86:
    case 0x87: push(container(PyKind::sequence, pop_count(opcode - 0x84U))); return true;
    case 'a': append(pop_count(1)); return true;
    case 'e': append(pop_to_mark()); return true;
    case 's': set_items(pop_count(2)); return true;
    case 'u': set_items(pop_to_mark()); return true;
    default: return false;
  }
}

void PickleMachine::append(const Items& items) {
  require(!stack_.empty() && stack_.back().kind == PyKind::sequence, "no list to append to");
  count_items(items.size());
  Items& list = pickle_.containers[stack_.back().index];
  list.insert(list.end(), items.begin(), items.end());
}

void PickleMachine::set_items(const Items& items) {
  require(!stack_.empty() && stack_.back().kind == PyKind::dict, "no dict to put items in");
  require(items.size() % 2 == 0, "a key without a value");
  count_items(items.size());
  Items& dict = pickle_.containers[stack_.back().index];
  dict.insert(dict.end(), items.begin(), items.end());
}

bool PickleMachine::run_memo(unsigned char opcode) {
  switch (opcode) {
    case 'q': put(number(1)); return true;
    case 'r': put(number(4)); return true;
    case 0x94: put(memo_.size()); return true;
    case 'h': get(number(1)); return true;
    case 'j': get(number(4)); return true;
    case '0': pop(); return true;
    case '1': pop_to_mark(); return true;
    case '2':
      require(!stack_.empty(), "too few values");
      push(PyValue(stack_.back()));
      return true;
    default: return false;
  }
}

// Positions count up, from 0 or 1 on: another one would cost memory that no byte of the file paid.
void PickleMachine::put(std::uint64_t position) {
  require(!stack_.empty(), "too few values");
  require(position <= memo_.size() + 1, "a memo far ahead of the others");
  const auto at = static_cast<std::size_t>(position);
  if (at >= memo_.size()) {
    memo_.resize(at + 1);
  }
  memo_[at] = stack_.back();
}

void PickleMachine::get(std::uint64_t position) {
  require(position < memo_.size(), "a memo that was never set");
  push(memo_[static_cast<std::size_t>(position)]);
}

bool PickleMachine::run_call(unsigned char opcode) {
  switch (opcode) {
    case 'c': {
      const std::string_view module = line();
      push_global(module, line());
      return true;
    }
    case 0x93: {  // STACK_GLOBAL
      const PyValue name = pop();
      const PyValue module = pop();
      require(name.kind == PyKind::text && module.kind == PyKind::text, "a global without a name");
      push_global(pickle_.text(module), pickle_.text(name));
      return true;
    }
    case 'R': reduce(); return true;
    case 'b': build(); return true;
    case 'Q': push_storage(); return true;
    default: return false;
  }
}

std::string_view PickleMachine::take(std::uint64_t count) {
  if (count > source_.available - next_) {
    call_.fail("the pickle at {} goes on behind the end of the file [file-truncated]", at());
  }
  require(count <= kMostPickleBytes - next_, "more than 100,000,000 bytes");
  if (count > pickle_.bytes.size() - next_) {
    throw NeedsMore{};
  }
  const std::string_view bytes = pickle_.bytes.substr(next_, static_cast<std::size_t>(count));
  next_ += count;
  return bytes;
}

std::uint64_t PickleMachine::number(std::size_t bytes) {
  std::uint64_t value = 0;
  int shift = 0;
  for (const char byte : take(bytes)) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(byte)) << shift;
    shift += 8;
  }
  return value;
}

std::string_view PickleMachine::line() {
  constexpr std::size_t most = 1000;
  const std::size_t end = pickle_.bytes.find('\n', next_);
  if (end == std::string_view::npos || end - next_ > most) {
    require(pickle_.bytes.size() - next_ <= most, "a name without an end");
    take(pickle_.bytes.size() - next_ + 1);  // throws: more is needed, or there is no more
  }
  const std::string_view text = take(end - next_);
  take(1);
  return text;
}

PyText PickleMachine::view(std::string_view text) const {
  return {static_cast<std::uint32_t>(text.data() - pickle_.bytes.data()),
          static_cast<std::uint32_t>(text.size())};
}

void PickleMachine::push(const PyValue& value) {
  require(stack_.size() < kMostStack, "too many values on its stack");
  stack_.push_back(value);
}

PyValue PickleMachine::pop() {
  return pop_count(1).front();
}

PickleMachine::Items PickleMachine::pop_count(std::size_t count) {
  const std::size_t bottom = marks_.empty() ? 0 : marks_.back();
  require(stack_.size() - bottom >= count, "too few values");
  Items items(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
  stack_.resize(stack_.size() - count);
  return items;
}

PickleMachine::Items PickleMachine::pop_to_mark() {
  require(!marks_.empty(), "no mark");
  Items items = pop_count(stack_.size() - marks_.back());
  marks_.pop_back();
  return items;
}

PyValue PickleMachine::container(PyKind kind, Items items) {
  require(pickle_.containers.size() < kMostContainers, "too many containers");
  count_items(items.size());
  pickle_.containers.push_back(std::move(items));
  return PyValue::at(kind, pickle_.containers.size() - 1);
}

// Each item takes a byte of the pickle at least, and an OrderedDict copies those of its list. More
// are copies of copies, which would fill the memory.
void PickleMachine::count_items(std::size_t more) {
  items_ += more;
  require(items_ <= 2 * next_, "too many copies of its lists");
}

std::string PickleMachine::at() const {
  return formatted("byte {} of {}", source_.offset + opcode_, in_quotes(source_.place));
}

void PickleMachine::malformed(std::string_view what) const {
  call_.fail("the pickle is damaged: {} at {} [file-malformed]", what, at());
}

}  // namespace retrograd::detail
