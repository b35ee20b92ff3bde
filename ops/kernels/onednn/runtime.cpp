#ifdef RETROGRAD_WITH_ONEDNN
#include <retrograd/ops/kernels/onednn/runtime.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include <sys/mman.h>

namespace retrograd::kernels::onednn {

// Never destroyed, as oneDNN's own statics may be gone before ours.
const dnnl::engine& engine() {
  static const dnnl::engine& instance = *[] {
    require_room_to_make();
    // Where memory runs out while a primitive is made, oneDNN's cache keeps a broken promise:
    // making it again throws std::future_error, and emptying the cache crashes. Plans are kept
    // here.
    dnnl::set_primitive_cache_capacity(0);
    return new dnnl::engine(dnnl::engine::kind::cpu, 0);
  }();
  return instance;
}

const dnnl::primitive_attr& attributes() {
  static const dnnl::primitive_attr& instance = *[] {
    auto made = std::make_unique<dnnl::primitive_attr>();
    made->set_scratchpad_mode(dnnl::scratchpad_mode::user);
    made->set_fpmath_mode(dnnl::fpmath_mode::strict);
    return made.release();
  }();
  return instance;
}

dnnl::memory::data_type data_type(DType dtype) {
  return dtype == bfloat16 ? dnnl::memory::data_type::bf16 : dnnl::memory::data_type::f32;
}

void require_room_to_make() {
  constexpr std::size_t bytes = std::size_t{8} << 20;  // measured: up to 3 MiB
  // Not malloc, which would serve all requests up to this size differently from then on.
  void* scratch = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (scratch == MAP_FAILED) {
    throw OutOfMemory(bytes);
  }
  munmap(scratch, bytes);
}

void require_room_to_run() {
  constexpr std::size_t bytes = std::size_t{1} << 16;
  void* volatile scratch = std::malloc(bytes);
  if (scratch == nullptr) {
    throw OutOfMemory(bytes);
  }
  std::free(scratch);
}

namespace {
// Of all threads: a stream of the CPU has no state. One of each thread would need a destructor, and
// registering that ends the process where memory has run out.
const dnnl::stream& stream() {
  static const dnnl::stream& instance = *new dnnl::stream(engine());
  return instance;
}
}  // namespace

std::unique_ptr<Runnable::Memories> Runnable::memories_for(
    std::initializer_list<Argument> arguments) const {
  for (std::atomic<Memories*>& each : idle_->memories) {
    if (each.load(std::memory_order_relaxed) != nullptr) {
      if (Memories* idle = each.exchange(nullptr)) {
        return std::unique_ptr<Memories>(idle);
      }
    }
  }
  auto made = std::make_unique<Memories>();
  std::size_t count = 0;
  const auto make = [&](int name, const dnnl::memory::desc& description) {
    made->all[count] = dnnl::memory(description, engine(), nullptr);
    made->passed[count] = {name, made->all[count].get()};
    ++count;
  };
  for (const Argument& argument : arguments) {
    make(argument.name, *argument.description);
  }
  if (scratch_.get_size() > 0) {
    make(DNNL_ARG_SCRATCHPAD, scratch_);
  }
  return made;
}

// Arguments go through the C interface: the maps of the C++ one cost as much as running a small
// convolution.
void Runnable::execute(std::initializer_list<Argument> arguments, void* scratch) const {
  require_room_to_run();
  std::unique_ptr<Memories> memories = memories_for(arguments);
  std::size_t count = 0;
  for (const Argument& argument : arguments) {
    memories->all[count++].set_data_handle(argument.data);
  }
  if (scratch_bytes() > 0) {
    memories->all[count++].set_data_handle(scratch);
  }
  dnnl::error::wrap_c_api(dnnl_primitive_execute(primitive_.get(), stream().get(),
                                                 static_cast<int>(count), memories->passed.data()),
                          "oneDNN could not run a primitive");
  for (std::atomic<Memories*>& each : idle_->memories) {
    Memories* none = nullptr;
    if (each.compare_exchange_strong(none, memories.get())) {
      static_cast<void>(memories.release());
      return;
    }
  }
}

void Runnable::run(std::initializer_list<Argument> arguments) const {
  const Tensor scratch = empty_tensor({scratch_bytes()}, uint8);
  run(arguments, scratch.raw_bytes());
}

Runnable::Idle::~Idle() {
  for (std::atomic<Memories*>& each : memories) {
    delete each.load();
  }
}

Runnable make_reorder(const dnnl::memory::desc& from, const dnnl::memory::desc& to) {
  const dnnl::reorder::primitive_desc description(engine(), from, engine(), to, attributes());
  return {dnnl::reorder(description), description};
}

}  // namespace retrograd::kernels::onednn
#endif
