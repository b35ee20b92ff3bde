// The stack machine that runs a pickle.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <retrograd/io/detail/pickle.h>

namespace retrograd::detail {

class PickleMachine {
 public:
  // Thrown where a pickle needs bytes that are not in memory yet.
  struct NeedsMore {};

  PickleMachine(const FileCall& call, const PickleSource& source);

  Pickle run();

 private:
  using Items = std::vector<PyValue>;

  // pickle.cpp: opcodes. Each returns whether the opcode is one of its group.
  bool run_constant(unsigned char opcode);
  bool run_text(unsigned char opcode);
  bool run_container(unsigned char opcode);
  bool run_memo(unsigned char opcode);
  bool run_call(unsigned char opcode);
  void put(std::uint64_t position);
  void get(std::uint64_t position);
  void append(const Items& items);
  void set_items(const Items& items);

  // pickle_calls.cpp: what names mean.
  void push_global(std::string_view module, std::string_view name);
  void reduce();
  void build();
  void push_storage();
  PyValue ordered_dict(const Items& arguments);
  PyValue rebuild_tensor(const Items& arguments);
  Dims dims(const PyValue& value);
  void check_within(const PyTensor& tensor);

  // pickle_numpy.cpp: numbers of NumPy's.
  PyValue numpy_type(const Items& arguments) const;
  void build_numpy_type(const PyValue& state) const;
  PyValue encoded(const Items& arguments) const;
  PyValue numpy_scalar(const Items& arguments) const;

  // The bytes of the program.
  std::string_view take(std::uint64_t count);
  std::uint64_t number(std::size_t bytes);
  std::string_view line();
  PyText view(std::string_view text) const;

  // The stack.
  void push(const PyValue& value);
  PyValue pop();
  Items pop_to_mark();
  Items pop_count(std::size_t count);
  PyValue container(PyKind kind, Items items);
  void count_items(std::size_t more);
  const Items& items(const PyValue& value) const { return pickle_.containers[value.index]; }

  std::string at() const;  // where the opcode is, for messages
  [[noreturn]] void malformed(std::string_view what) const;
  void require(bool holds, std::string_view what) const {
    if (!holds) [[unlikely]] {
      malformed(what);
    }
  }

  const FileCall& call_;
  const PickleSource& source_;
  Pickle pickle_;
  std::size_t opcode_ = 0;  // its position
  std::size_t next_ = 0;    // the position of the next byte
  Items stack_;
  std::vector<std::size_t> marks_;
  Items memo_;
  std::size_t items_ = 0;  // of all containers
};

}  // namespace retrograd::detail
