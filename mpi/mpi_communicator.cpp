#include <retrograd/mpi/mpi_communicator.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <list>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <retrograd/mpi/detail/mpi_calls.h>
#include <retrograd/mpi/detail/progress.h>
#include <retrograd/tensor/frame.h>

namespace retrograd::mpi {

namespace {

using detail::require_success;
using detail::type_of;

constexpr int kNoticeTag = 1;
constexpr double kLinger = 5;  // seconds that other ranks have to print their errors

// Memory of operations that were given up: MPI may still write to it.
std::vector<Tensor>& given_up() {
  static std::vector<Tensor>& tensors = *new std::vector<Tensor>;
  return tensors;
}

class MpiRequest : public detail::Request {
 public:
  // `start` makes the call of MPI.
  template <class Start>
  MpiRequest(detail::Progress& progress, const char* name, Tensor sent, Tensor received,
             Start&& start)
      : progress_(progress), sent_(std::move(sent)), received_(std::move(received)) {
    const auto held = detail::Progress::lock();
    require_success(name, start(&request_));
    begun_ = progress_.begin();
  }
  ~MpiRequest() override {
    if (request_ != MPI_REQUEST_NULL) {
      given_up().insert(given_up().end(), {sent_, received_});
    }
  }
  MpiRequest(const MpiRequest&) = delete;
  MpiRequest& operator=(const MpiRequest&) = delete;

  bool test() override {
    const auto held = detail::Progress::lock();
    int done = 0;
    require_success("MPI_Test", MPI_Test(&request_, &done, MPI_STATUS_IGNORE));
    if (done != 0) {
      progress_.end(begun_);
    }
    return done != 0;
  }

 private:
  detail::Progress& progress_;
  detail::Progress::Clock::time_point begun_{};
  MPI_Request request_ = MPI_REQUEST_NULL;
  Tensor sent_;
  Tensor received_;
};

void add_bfloat16(void* in, void* inout, int* count, MPI_Datatype* /*type*/) {
  const auto* a = static_cast<const BFloat16*>(in);
  auto* b = static_cast<BFloat16*>(inout);
  for (int i = 0; i < *count; ++i) {
    b[i] = BFloat16(static_cast<float>(a[i]) + static_cast<float>(b[i]));
  }
}

int count_of(const Tensor& values) {
  return static_cast<int>(values.numel());
}

}  // namespace

struct MpiCommunicator::Handles {
  struct Message {
    std::vector<char> bytes{};
    MPI_Request request = MPI_REQUEST_NULL;
  };

  // Initialises MPI where that has not been done, for MPI_Comm_f2c needs it.
  explicit Handles(const int* fortran_handle) {
    const auto held = detail::Progress::lock();
    int initialised = 0;
    MPI_Initialized(&initialised);
    if (initialised == 0) {
      int level = 0;
      require_success("MPI_Init_thread",
                      MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &level));
      ends_mpi = true;
    }
    const MPI_Comm parent =
        fortran_handle == nullptr ? MPI_COMM_WORLD : MPI_Comm_f2c(*fortran_handle);
    require_success("MPI_Comm_dup", MPI_Comm_dup(parent, &values));
    require_success("MPI_Comm_dup", MPI_Comm_dup(parent, &notices));
    MPI_Comm_set_errhandler(values, MPI_ERRORS_RETURN);
    MPI_Comm_set_errhandler(notices, MPI_ERRORS_RETURN);
    MPI_Comm_rank(values, &rank);
    MPI_Comm_size(values, &size);
    MPI_Comm here = MPI_COMM_NULL;
    require_success("MPI_Comm_split_type",
                    MPI_Comm_split_type(values, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here));
    MPI_Comm_size(here, &ranks_here);
    MPI_Comm_free(&here);
    require_success("MPI_Op_create", MPI_Op_create(add_bfloat16, 1, &sum_bfloat16));
    int level = MPI_THREAD_SINGLE;
    MPI_Query_thread(&level);
    // A program that initialised MPI itself may call it at any time.
    if (size > 1 && level >= (ends_mpi ? MPI_THREAD_SERIALIZED : MPI_THREAD_MULTIPLE)) {
      progress.start(notices);
    }
  }

  MPI_Comm values = MPI_COMM_NULL;
  MPI_Comm notices = MPI_COMM_NULL;
  MPI_Op sum_bfloat16 = MPI_OP_NULL;
  bool ends_mpi = false;
  int rank = 0;
  int size = 1;
  int ranks_here = 1;  // on this machine
  std::list<Message> sent{};
  detail::Progress progress{};
};

MpiCommunicator::MpiCommunicator() : MpiCommunicator(std::make_unique<Handles>(nullptr)) {}

MpiCommunicator::MpiCommunicator(int fortran_handle)
    : MpiCommunicator(std::make_unique<Handles>(&fortran_handle)) {}

MpiCommunicator::MpiCommunicator(std::unique_ptr<Handles> handles)
    : Communicator(handles->rank, handles->size),
      handles_(std::move(handles)),
      exceptions_(std::uncaught_exceptions()) {
  set_crowded(static_cast<unsigned>(handles_->ranks_here) > std::thread::hardware_concurrency());
}

MpiCommunicator::~MpiCommunicator() {
  if (std::uncaught_exceptions() > exceptions_) {
    fail_all("an exception ended it");
  }
  try {
    const std::string error = leave();
    if (!error.empty()) {
      fail_all(error.c_str());
    }
  } catch (const std::exception& error) {
    fail_all(error.what());
  }
  handles_->progress.stop();
  const auto held = detail::Progress::lock();
  for (Handles::Message& message : handles_->sent) {
    MPI_Wait(&message.request, MPI_STATUS_IGNORE);
  }
  MPI_Op_free(&handles_->sum_bfloat16);
  MPI_Comm_free(&handles_->values);
  MPI_Comm_free(&handles_->notices);
  if (handles_->ends_mpi) {
    MPI_Finalize();
  }
}

void MpiCommunicator::fail_all(const char* error) noexcept {
  std::fprintf(stderr, "rank %d: %s\n", rank(), error);
  std::fflush(stderr);
  report(error);
  linger(kLinger);
  abort();
}

void MpiCommunicator::abort() noexcept {
  handles_->progress.stop();
  const auto held = detail::Progress::lock();
  MPI_Abort(handles_->values, 1);
}

std::unique_ptr<detail::Request> MpiCommunicator::start_all_reduce(const Tensor& values) {
  const MPI_Op op = values.dtype() == bfloat16 ? handles_->sum_bfloat16 : MPI_SUM;
  return std::make_unique<MpiRequest>(
      handles_->progress, "MPI_Iallreduce", values, values, [&](MPI_Request* request) {
        return MPI_Iallreduce(MPI_IN_PLACE, values.raw_bytes(), count_of(values),
                              type_of(values.dtype()), op, handles_->values, request);
      });
}

std::unique_ptr<detail::Request> MpiCommunicator::start_broadcast(const Tensor& values, int root) {
  return std::make_unique<MpiRequest>(
      handles_->progress, "MPI_Ibcast", values, values, [&](MPI_Request* request) {
        return MPI_Ibcast(values.raw_bytes(), count_of(values), type_of(values.dtype()), root,
                          handles_->values, request);
      });
}

std::unique_ptr<detail::Request> MpiCommunicator::start_all_gather(const Tensor& values,
                                                                   const Tensor& all) {
  const MPI_Datatype type = type_of(values.dtype());
  return std::make_unique<MpiRequest>(
      handles_->progress, "MPI_Iallgather", values, all, [&](MPI_Request* request) {
        return MPI_Iallgather(values.raw_bytes(), count_of(values), type, all.raw_bytes(),
                              count_of(values), type, handles_->values, request);
      });
}

std::unique_ptr<detail::Request> MpiCommunicator::start_all_to_all(const Tensor& parts,
                                                                   const Tensor& received) {
  const MPI_Datatype type = type_of(parts.dtype());
  const int count = count_of(parts) / size();
  return std::make_unique<MpiRequest>(
      handles_->progress, "MPI_Ialltoall", parts, received, [&](MPI_Request* request) {
        return MPI_Ialltoall(parts.raw_bytes(), count, type, received.raw_bytes(), count, type,
                             handles_->values, request);
      });
}

// A message is the kind, the number and the text.
void MpiCommunicator::send(const detail::Notice& notice) {
  const auto held = detail::Progress::lock();
  handles_->sent.remove_if([](Handles::Message& message) {
    int done = 0;
    MPI_Test(&message.request, &done, MPI_STATUS_IGNORE);
    return done != 0;
  });
  std::vector<char> bytes(1 + sizeof notice.number + notice.text.size());
  bytes[0] = static_cast<char>(notice.kind);
  std::memcpy(bytes.data() + 1, &notice.number, sizeof notice.number);
  std::memcpy(bytes.data() + 1 + sizeof notice.number, notice.text.data(), notice.text.size());
  for (int r = 0; r < size(); ++r) {
    if (r == rank()) {
      continue;
    }
    Handles::Message& message = handles_->sent.emplace_back();
    message.bytes = bytes;
    require_success("MPI_Isend",
                    MPI_Isend(message.bytes.data(), static_cast<int>(bytes.size()), MPI_BYTE, r,
                              kNoticeTag, handles_->notices, &message.request));
  }
}

bool MpiCommunicator::receive(detail::Notice& notice) {
  const auto held = detail::Progress::lock();
  int there = 0;
  MPI_Status status;
  require_success("MPI_Iprobe",
                  MPI_Iprobe(MPI_ANY_SOURCE, kNoticeTag, handles_->notices, &there, &status));
  if (there == 0) {
    return false;
  }
  int size = 0;
  MPI_Get_count(&status, MPI_BYTE, &size);
  std::vector<char> bytes(static_cast<std::size_t>(size));
  require_success("MPI_Recv", MPI_Recv(bytes.data(), size, MPI_BYTE, status.MPI_SOURCE, kNoticeTag,
                                       handles_->notices, MPI_STATUS_IGNORE));
  const std::size_t head = 1 + sizeof notice.number;
  check::require<CommunicationError>({"MPI_Recv", {}}, bytes.size() >= head, {},
                                     "a notice has {} bytes [mpi-failed]", bytes.size());
  notice.kind = static_cast<detail::Notice::Kind>(bytes[0]);
  notice.rank = status.MPI_SOURCE;
  std::memcpy(&notice.number, bytes.data() + 1, sizeof notice.number);
  notice.text.assign(bytes.begin() + static_cast<std::ptrdiff_t>(head), bytes.end());
  return true;
}

int run(const std::function<void(Communicator& world)>& program) {
  MpiCommunicator world;
  try {
    program(world);
  } catch (const std::exception& error) {
    world.fail_all(error.what());
  } catch (...) {
    world.fail_all("an exception ended it");
  }
  return 0;
}

}  // namespace retrograd::mpi
