#include <string>

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

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

// Whether the processor has AMX for bfloat16, and the system has given this process its registers.
bool has_tiles() {
#if RETROGRAD_INSTRUCTIONS && defined(__linux__) && defined(SYS_arch_prctl)
  constexpr unsigned kAmxBfloat16 = 1U << 22U;
  constexpr unsigned kAmxTile = 1U << 24U;
  constexpr long kRequestPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr long kTileData = 18;
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d & kAmxBfloat16) != 0 &&
         (d & kAmxTile) != 0 && syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
#else
  return false;
#endif
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

bool fast_tiles() noexcept {
  static const bool fast = [] {
    const std::string name = limit();
    const bool below = name.starts_with("AVX512") && name.find("AMX") == std::string::npos;
    return fast_bfloat16() && !below && has_tiles();
  }();
  return fast;
}

}  // namespace retrograd::detail
