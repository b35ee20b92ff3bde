// The linker sends the library's own calls of operator new here, where it can: see
// cmake/CompileFlags.cmake. Containers inside operators run out of memory with OutOfMemory, too.
#ifdef RETROGRAD_SIZE_T_LETTER
#include <cstddef>
#include <new>

#include <retrograd/tensor/error.h>

namespace retrograd::detail {

// The names of operator new and operator new[] end in the letter of std::size_t.
void* program_new(std::size_t bytes) asm("__real__Znw" RETROGRAD_SIZE_T_LETTER);
void* library_new(std::size_t bytes) asm("__wrap__Znw" RETROGRAD_SIZE_T_LETTER);
void* program_new_array(std::size_t bytes) asm("__real__Zna" RETROGRAD_SIZE_T_LETTER);
void* library_new_array(std::size_t bytes) asm("__wrap__Zna" RETROGRAD_SIZE_T_LETTER);

void* library_new(std::size_t bytes) {
  try {
    return program_new(bytes);
  } catch (const std::bad_alloc&) {
    throw OutOfMemory(bytes);
  }
}

void* library_new_array(std::size_t bytes) {
  try {
    return program_new_array(bytes);
  } catch (const std::bad_alloc&) {
    throw OutOfMemory(bytes);
  }
}

}  // namespace retrograd::detail
#endif
