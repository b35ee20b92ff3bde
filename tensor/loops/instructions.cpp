#include <string>

#include <retrograd/tensor/internal/environment.h>
#include <retrograd/tensor/loops/instructions.h>

namespace retrograd::detail {

namespace {

Instructions supported() noexcept {
#if RETROGRAD_INSTRUCTIONS
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                    __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl");
  return avx2 ? (avx512 ? Instructions::avx512 : Instructions::avx2) : Instructions::baseline;
#else
  return Instructions::baseline;
#endif
}

// As oneDNN reads it: in capitals or not, under its present name or the one before.
std::string limit() {
  for (const char* const name : {"ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"}) {
    if (const char* const variable = environment(name)) {
      std::string value = variable;
      for (char& letter : value) {
        letter = letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
      }
      return value;
    }
  }
  return {};
}

Instructions allowed() {
  const std::string name = limit();
  if (name == "SSE41" || name == "AVX") {
    return Instructions::baseline;
  }
  return name.starts_with("AVX2") ? Instructions::avx2 : Instructions::avx512;
}

}  // namespace

Instructions best_instructions() noexcept {
  static const Instructions best = supported() < allowed() ? supported() : allowed();
  return best;
}

bool fast_bfloat16() noexcept {
#if RETROGRAD_INSTRUCTIONS
  static const bool fast = [] {
    const std::string name = limit();
    return best_instructions() == Instructions::avx512 && name != "AVX512_CORE" &&
           name != "AVX512_CORE_VNNI" && name != "AVX512_MIC" && name != "AVX512_MIC_4OPS" &&
           __builtin_cpu_supports("avx512bf16");
  }();
  return fast;
#else
  return false;
#endif
}

}  // namespace retrograd::detail
