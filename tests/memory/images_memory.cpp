// libjpeg takes memory by malloc: its errors leave by longjmp, and must free what was taken.
#include <cstdint>
#include <new>
#include <string>

#include <doctest/doctest.h>

#include <retrograd/images/jpeg.h>
#include <retrograd/retrograd.h>

#include "failing_malloc.h"
#include "images/jpeg_files.h"
#include "unit/io_temp_files.h"

namespace rg = retrograd;

namespace {

// How many allocations f makes. Each of them failed, with all after it: libjpeg asks for less
// memory when a first request fails.
template <class F>
int fail_each(F f) {
  f();  // memory that the thread keeps
  for (int nth = 1;; ++nth) {
    bool thrown = false;
    long failed = 0;
    {
      const failing_malloc::Guard guard(nth, true);
      try {
        f();
      } catch (const std::bad_alloc&) {
        thrown = true;
      }
      failed = failing_malloc::Guard::failed();
    }
    if (failed == 0) {
      return nth - 1;
    }
    CAPTURE(nth);
    CHECK(thrown);
  }
}

}  // namespace

TEST_CASE("images: any allocation of libjpeg may fail") {
  for (const bool progressive : {false, true}) {
    const std::string file = test::jpeg({.is_progressive = progressive});
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(file.data());
    CHECK(fail_each([&] { rg::decode_jpeg({bytes, file.size()}); }) > 5);
  }
  const test::TempFolder folder;
  const rg::Tensor image = rg::rand({3, 20, 30});
  CHECK(fail_each([&] { rg::save_jpeg(image, folder.file("a.jpg")); }) > 5);
}
