#include <retrograd/mpi/in_process.h>

#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/random.h>

namespace retrograd::mpi {

namespace {

enum class Kind : std::uint8_t { all_reduce, broadcast, all_gather, all_to_all };

// An operation that ranks have come to.
struct Operation {
  Kind kind = Kind::all_reduce;
  int root = 0;
  std::vector<Tensor> in{};
  std::vector<Tensor> out{};
  int arrived = 0;
  bool done = false;
};

std::size_t bytes_of(const Tensor& values) {
  return static_cast<std::size_t>(values.numel()) * item_size(values.dtype());
}

void copy(const Tensor& from, std::size_t from_byte, const Tensor& to, std::size_t to_byte,
          std::size_t bytes) {
  std::memmove(to.raw_bytes() + to_byte, from.raw_bytes() + from_byte, bytes);
}

void add_up(Operation& operation) {
  const NoGradGuard unrecorded;
  const Tensor sum = operation.in[0].clone();
  for (std::size_t r = 1; r < operation.in.size(); ++r) {
    Tensor(sum).add_(operation.in[r]);
  }
  for (const Tensor& out : operation.out) {
    copy(sum, 0, out, 0, bytes_of(sum));
  }
}

void carry_out(Operation& operation) {
  const std::size_t size = operation.in.size();
  if (operation.kind == Kind::all_reduce) {
    add_up(operation);
    return;
  }
  for (std::size_t r = 0; r < size; ++r) {
    const std::size_t bytes = bytes_of(operation.in[r]);
    const std::size_t part = bytes / size;
    for (std::size_t to = 0; to < size; ++to) {
      if (operation.kind == Kind::all_gather) {
        copy(operation.in[r], 0, operation.out[to], r * bytes, bytes);
      } else if (operation.kind == Kind::all_to_all) {
        copy(operation.in[r], to * part, operation.out[to], r * part, part);
      } else if (static_cast<int>(r) == operation.root && to != r) {
        copy(operation.in[r], 0, operation.out[to], 0, bytes);
      }
    }
  }
}

// What the threads share.
struct Group {
  explicit Group(int ranks) : size(static_cast<std::size_t>(ranks)), notices(size) {}

  std::size_t size;
  std::mutex mutex{};
  std::map<std::int64_t, std::shared_ptr<Operation>> operations{};  // by number
  std::vector<std::deque<detail::Notice>> notices;                  // by receiver
};

class InProcessRequest : public detail::Request {
 public:
  InProcessRequest(Group& group, std::shared_ptr<Operation> operation)
      : group_(group), operation_(std::move(operation)) {}
  bool test() override {
    const std::scoped_lock lock(group_.mutex);
    return operation_->done;
  }

 private:
  Group& group_;
  std::shared_ptr<Operation> operation_;
};

class InProcessCommunicator : public Communicator {
 public:
  InProcessCommunicator(Group& group, int rank)
      : Communicator(rank, static_cast<int>(group.size)), group_(group) {}

  void abort() noexcept override { report("it called abort()"); }
  void end() { send({.kind = detail::Notice::Kind::ended, .rank = rank(), .number = number_}); }

 protected:
  std::unique_ptr<detail::Request> start_all_reduce(const Tensor& values) override {
    return start(Kind::all_reduce, values, values);
  }
  std::unique_ptr<detail::Request> start_broadcast(const Tensor& values, int root) override {
    return start(Kind::broadcast, values, values, root);
  }
  std::unique_ptr<detail::Request> start_all_gather(const Tensor& values,
                                                    const Tensor& all) override {
    return start(Kind::all_gather, values, all);
  }
  std::unique_ptr<detail::Request> start_all_to_all(const Tensor& parts,
                                                    const Tensor& received) override {
    return start(Kind::all_to_all, parts, received);
  }
  void send(const detail::Notice& notice) override {
    const std::scoped_lock lock(group_.mutex);
    for (std::size_t r = 0; r < group_.size; ++r) {
      if (static_cast<int>(r) != rank()) {
        group_.notices[r].push_back(notice);
      }
    }
  }
  bool receive(detail::Notice& notice) override {
    const std::scoped_lock lock(group_.mutex);
    auto& waiting = group_.notices[static_cast<std::size_t>(rank())];
    if (waiting.empty()) {
      return false;
    }
    notice = std::move(waiting.front());
    waiting.pop_front();
    return true;
  }

 private:
  std::unique_ptr<detail::Request> start(Kind kind, const Tensor& in, const Tensor& out,
                                         int root = 0) {
    const std::scoped_lock lock(group_.mutex);
    const std::int64_t number = number_++;
    std::shared_ptr<Operation>& slot = group_.operations[number];
    if (!slot) {
      slot = std::make_shared<Operation>();
      slot->kind = kind;
      slot->root = root;
      slot->in.resize(group_.size);
      slot->out.resize(group_.size);
    }
    const std::shared_ptr<Operation> operation = slot;
    const auto mine = static_cast<std::size_t>(rank());
    operation->in[mine] = in;
    operation->out[mine] = out;
    for (const Tensor& other : operation->in) {
      check::require<CommunicationError>(
          {"start", {}},
          operation->kind == kind && operation->root == root &&
              (!other.defined() || other.numel() == in.numel()),
          {}, "operation {} of rank {} is another one than other ranks' [ranks-differ]", number,
          rank());
    }
    if (++operation->arrived == static_cast<int>(group_.size)) {
      carry_out(*operation);
      operation->done = true;
      group_.operations.erase(number);
    }
    return std::make_unique<InProcessRequest>(group_, operation);
  }

  Group& group_;
  std::int64_t number_ = 0;
};

}  // namespace

std::vector<std::string> run_in_process(int size,
                                        const std::function<void(Communicator& world)>& program,
                                        double timeout, Where where) {
  const Frame call("run_in_process", where);
  check::require<ValueError>(call, size >= 1, {},
                             "there must be at least 1 rank, not {} [value-out-of-range]", size);
  check::require<ValueError>(call, timeout > 0, {},
                             "the timeout must be above 0, not {} [value-out-of-range]", timeout);
  Group group(size);
  std::vector<std::string> errors(group.size);
  const Generator::State random = default_generator().state();
  std::vector<std::thread> threads;
  for (int r = 0; r < size; ++r) {
    threads.emplace_back([&, r] {
      Generator own;  // as processes have
      own.set_state(random);
      const GeneratorGuard guard(own);
      InProcessCommunicator world(group, r);
      world.set_timeout(timeout);
      try {
        program(world);
        world.end();
      } catch (const std::exception& error) {
        errors[static_cast<std::size_t>(r)] = error.what();
        world.report(error.what());
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  return errors;
}

}  // namespace retrograd::mpi
