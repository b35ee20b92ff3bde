#ifdef RETROGRAD_WITH_ONEDNN
#include <retrograd/ops/kernels/onednn_runtime.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include <omp.h>

#include <retrograd/tensor/error.h>
#include <retrograd/tensor/threads.h>

namespace retrograd::kernels::onednn {

// Never destroyed, as oneDNN's own statics may be gone before ours.
const dnnl::engine& engine() {
  static const dnnl::engine& instance = *new dnnl::engine(dnnl::engine::kind::cpu, 0);
  return instance;
}

const dnnl::primitive_attr& attributes() {
  static const dnnl::primitive_attr& instance = *[] {
    auto* made = new dnnl::primitive_attr;
    made->set_scratchpad_mode(dnnl::scratchpad_mode::user);
    made->set_fpmath_mode(dnnl::fpmath_mode::strict);
    return made;
  }();
  return instance;
}

dnnl::memory::data_type data_type(DType dtype) {
  return dtype == bfloat16 ? dnnl::memory::data_type::bf16 : dnnl::memory::data_type::f32;
}

namespace {
// Below this many multiplications a second thread costs more than it saves.
constexpr std::int64_t kLeastDivided = 1 << 18;

const dnnl::stream& stream() {
  thread_local const dnnl::stream instance(engine());
  return instance;
}
}  // namespace

// Memory and arguments go through the C interface: the maps of the C++ one cost as much as running
// a small convolution.
void Runnable::run(std::initializer_list<Argument> arguments) const {
  constexpr std::size_t most = 5;
  std::array<dnnl::memory, most> memories;
  std::array<dnnl_exec_arg_t, most> passed;
  std::size_t count = 0;
  const auto pass = [&](int name, const dnnl::memory::desc& description, void* data) {
    memories[count] = dnnl::memory(description, engine(), data);
    passed[count] = {name, memories[count].get()};
    ++count;
  };
  for (const Argument& argument : arguments) {
    pass(argument.name, *argument.description, argument.data);
  }
  const std::size_t scratch_bytes = scratch_.get_size();
  Tensor scratch;
  if (scratch_bytes > 0) {
    scratch = empty_tensor({static_cast<std::int64_t>(scratch_bytes)}, uint8);
    pass(DNNL_ARG_SCRATCHPAD, scratch_, scratch.raw<std::uint8_t>());
  }
  dnnl::error::wrap_c_api(dnnl_primitive_execute(primitive_.get(), stream().get(),
                                                 static_cast<int>(count), passed.data()),
                          "oneDNN could not run a primitive");
}

WorkThreads::WorkThreads(std::int64_t multiplications)
    : count_(omp_in_parallel() != 0 || multiplications < kLeastDivided ? 1 : get_num_threads()),
      previous_(omp_get_max_threads()) {
  if (count_ != previous_) {
    omp_set_num_threads(count_);
  }
}

WorkThreads::~WorkThreads() {
  if (count_ != previous_) {
    omp_set_num_threads(previous_);
  }
}

Runnable make_reorder(const dnnl::memory::desc& from, const dnnl::memory::desc& to) {
  const dnnl::reorder::primitive_desc description(engine(), from, engine(), to, attributes());
  return {dnnl::reorder(description), description};
}

}  // namespace retrograd::kernels::onednn
#endif
