# How the library is compiled, and why. Gains are the time without a flag divided by the time with
# it, measured on one thread by GCC 12 with AVX-512.
include(CheckCXXCompilerFlag)
include(CheckCXXSourceCompiles)
include(CheckLinkerFlag)

# add_flags(PATTERN FLAG [EXCEPT PATTERN]): for the sources whose path from here matches.
function(add_flags pattern flag)
  cmake_parse_arguments(PARSE_ARGV 2 flags "" "EXCEPT" "")
  set(chosen ${sources})
  list(FILTER chosen INCLUDE REGEX ${pattern})
  if(flags_EXCEPT)
    list(FILTER chosen EXCLUDE REGEX ${flags_EXCEPT})
  endif()
  set_property(SOURCE ${chosen} APPEND PROPERTY COMPILE_OPTIONS ${flag})
endfunction()

# --- numbers ---
# Arithmetic stays IEEE; errno and traps, which nobody reads, are given up, or few loops would
# become vector code. Gains on 262,144 float32: errno: sqrt 2.9; traps: exp 7, floor 2.2, leaky_relu
# 28.
# Multiplications and additions are not joined: the same values on every processor.
target_compile_options(retrograd PRIVATE -fno-math-errno -fno-trapping-math -ffp-contract=off)
# But in the loops whose speed is that of multiply-adds. Gain of conv_direct and gemm_packed: a LeNet
# step of batch 64 1.08. That of sequences was measured only together with other changes.
add_flags("^ops/kernels/(conv/(conv_direct|conv_pairs|conv_planes|conv_vectors|pointwise|depthwise.*|winograd.*)|linalg/gemm_packed|sequence/.*)\\.cpp$"
          -ffp-contract=fast)

# --- size ---
# With -O3 GCC makes many versions of these loops, which are no faster: 1.2 MB. Layer norm of 128
# and more is 3 times as fast without them. Loops that must be unrolled say so. Versions for strides
# of 1 are kept where they gain: scatter_add 1.2. positions.cpp stays at -O3: index_select 1.2.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  foreach(flag IN ITEMS -O2 -ftree-vectorize -fvect-cost-model=dynamic)
    add_flags("^ops/kernels/((activation|image|loss|norm|reduce|sequence)/|linalg/gemm_packed)" ${flag})
    add_flags("^ops/kernels/(index/(embedding|index)|math/compare)" ${flag})
    add_flags("^ops/kernels/conv/conv_(pairs|vectors)" ${flag})
  endforeach()
  add_flags("^ops/kernels/norm/" -funswitch-loops)
  add_flags("^ops/kernels/index/index\\.cpp" -fversion-loops-for-strides)
endif()

# --- what an operator costs beside its numbers ---
# Each clears a Record on the stack; GCC's own choice takes 30 cycles to start. Gain: a chain of
# 1,000 products 1.05, the slides' regression step 1.02.
check_cxx_compiler_flag(-mmemset-strategy=vector_loop:512:noalign,libcall:-1:noalign
                        RETROGRAD_MEMSET_STRATEGY)
if(RETROGRAD_MEMSET_STRATEGY)
  target_compile_options(retrograd PRIVATE
    -mmemset-strategy=vector_loop:512:noalign,libcall:-1:noalign)
endif()
# Nobody replaces our functions by others of the same name, so calls among them can be direct. Gain:
# the chain 1.05, the step 1.03.
target_link_options(retrograd PRIVATE -Wl,-Bsymbolic-functions)
# Addresses in tables of functions take a bit each instead of 24 bytes. glibc reads that from 2.36
# on, so the flag stands where the linker has it and the C library is as new.
check_linker_flag(CXX -Wl,-z,pack-relative-relocs RETROGRAD_PACKED_RELOCATIONS)
check_cxx_source_compiles("
  #include <features.h>
  #if !defined __GLIBC__ || !__GLIBC_PREREQ(2, 36)
  #error older
  #endif
  int main() {}" RETROGRAD_GLIBC_2_36)
if(RETROGRAD_PACKED_RELOCATIONS AND RETROGRAD_GLIBC_2_36)
  target_link_options(retrograd PRIVATE -Wl,-z,pack-relative-relocs)
endif()

# Functions without a caller are left out: 16 kB.
check_linker_flag(CXX -Wl,--gc-sections RETROGRAD_GC_SECTIONS)
if(RETROGRAD_GC_SECTIONS)
  target_compile_options(retrograd PRIVATE -ffunction-sections)
  target_link_options(retrograd PRIVATE -Wl,--gc-sections)
endif()

# --- names of files ---
# The library's own lines begin with "@/": messages show the user's line instead (tensor/frame.h).
# ccache gives the compiler paths from the build folder on.
function(mark_lines target)
  cmake_path(RELATIVE_PATH PROJECT_SOURCE_DIR BASE_DIRECTORY ${CMAKE_BINARY_DIR}
             OUTPUT_VARIABLE from_build)
  cmake_path(RELATIVE_PATH include_dir BASE_DIRECTORY ${CMAKE_BINARY_DIR}
             OUTPUT_VARIABLE headers_from_build)
  foreach(folder IN ITEMS ${PROJECT_SOURCE_DIR} ${from_build} ${include_dir} ${headers_from_build})
    target_compile_options(${target} PRIVATE -fmacro-prefix-map=${folder}/=@/)
  endforeach()
endfunction()
mark_lines(retrograd)

# --- size, again ---
# Loops over elements are compiled for speed (Release says -O3); what runs once for each call needs
# half of that code, and what sets up layers, files and texts a quarter: the chain and the step take
# 1 % longer.
add_flags("^(tensor|autograd|ops|optim)/" $<$<CONFIG:Release>:-O2>
          EXCEPT "^(ops/kernels|tensor/loops)/")
add_flags("^(explain|graph|functional|nn|data|io)/" $<$<CONFIG:Release>:-Os>)
add_flags("^ops/(activation|conv|index|linalg|loss|image|norm|pool|reduce|sequence|registry|detail/kernel_report)"
          $<$<CONFIG:Release>:-Os> EXCEPT "^ops/linalg/matmul")
# A view and a small product take twice as long with -Os: they keep -O2.
add_flags("^ops/(math/(trigonometry|logical|lerp|rounding)|shape/(rearrange|pad|diagonal))"
          $<$<CONFIG:Release>:-Os>)
# GCC then clears and copies small objects by string instructions, which take 30 cycles to start:
# a sum of 32 elements takes 1.3 times as long, and a product of 4 x 8 and 8 x 4 twice.
check_cxx_compiler_flag(-mstringop-strategy=vector_loop RETROGRAD_STRINGOP_STRATEGY)
if(RETROGRAD_STRINGOP_STRATEGY)
  add_flags("^ops/" $<$<CONFIG:Release>:-mstringop-strategy=vector_loop> EXCEPT "^ops/kernels/")
endif()
add_flags("^(tensor/(format|element_texts)|autograd/(trace|print_tape|gradient_checker))"
          $<$<CONFIG:Release>:-Os>)
add_flags("^optim/(lbfgs|line_search|optimizer|.*scheduler|.*_lr)" $<$<CONFIG:Release>:-Os>)

# --- hardening, in optimised builds ---
# Checks of the C library and the compiler that take no measurable time. The stack protector stands
# where bytes from outside are handled: in operators it takes 2 % of a chain of 1,000 products.
set(hardened $<CONFIG:Release,RelWithDebInfo,MinSizeRel>)
# Emscripten compiles it, and has no guard to link.
if(NOT EMSCRIPTEN)
  check_cxx_compiler_flag(-fstack-protector-strong RETROGRAD_STACK_PROTECTOR)
endif()
if(NOT RETROGRAD_SANITIZE)
  target_compile_options(retrograd PRIVATE "$<${hardened}:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2>")
endif()
if(RETROGRAD_STACK_PROTECTOR AND NOT RETROGRAD_SANITIZE)
  add_flags("^(data|io)/" $<${hardened}:-fstack-protector-strong>)
endif()
check_linker_flag(CXX -Wl,-z,relro,-z,now RETROGRAD_RELRO)
if(RETROGRAD_RELRO)
  target_link_options(retrograd PRIVATE -Wl,-z,relro,-z,now)
endif()
# The library's own calls of operator new, inside containers too, report OutOfMemory. A static
# library is not linked: there they throw std::bad_alloc.
check_linker_flag(CXX -Wl,--wrap=_Znwm RETROGRAD_WRAP)
if(RETROGRAD_WRAP AND BUILD_SHARED_LIBS)
  set(letter $<IF:$<EQUAL:${CMAKE_SIZEOF_VOID_P},8>,m,j>)
  target_link_options(retrograd PRIVATE -Wl,--wrap=_Znw${letter},--wrap=_Zna${letter})
  set_property(SOURCE tensor/operator_new.cpp APPEND PROPERTY
               COMPILE_DEFINITIONS RETROGRAD_SIZE_T_LETTER="${letter}")
endif()

# --- warnings, of everything in the tree ---
add_library(retrograd_warnings INTERFACE)
target_compile_options(retrograd_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wno-missing-field-initializers
  # GCC 12 sees overlaps in std::string where there are none: its bug 105651
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
  # Loops that call the C library are marked as the others are, and stay scalar
  $<$<CXX_COMPILER_ID:Clang>:-Wno-pass-failed>)
