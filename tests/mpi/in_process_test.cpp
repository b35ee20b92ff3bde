// The cases with ranks that are threads.
#include <doctest/doctest.h>

#include <set>
#include <string>

#include <retrograd/mpi/in_process.h>

#include "mpi/cases.h"
#include "mpi/small_models.h"

using test::mpi::Communicator;

TEST_CASE("cases pass with 1, 2 and 4 ranks") {
  for (const auto& [name, run] : test::cases()) {
    for (const int ranks : {1, 2, 4}) {
      CAPTURE(name);
      CAPTURE(ranks);
      for (const std::string& error : test::mpi::run_in_process(ranks, run, 60)) {
        CHECK(error == "");
      }
    }
  }
}

// Three do not divide the virtual ranks of deterministic mode.
TEST_CASE("cases of the default mode pass with 3 ranks") {
  const std::set<std::string> in_default_mode{"collectives",
                                              "gradient",
                                              "plain backward",
                                              "unused parameters",
                                              "bfloat16 on the wire",
                                              "batches of a loader",
                                              "synchronised batch norm",
                                              "state",
                                              "dtypes of synchronised batch norm"};
  std::size_t count = 0;
  for (const auto& [name, run] : test::cases()) {
    if (in_default_mode.contains(name)) {
      ++count;
      CAPTURE(name);
      for (const std::string& error : test::mpi::run_in_process(3, run, 60)) {
        CHECK(error == "");
      }
    }
  }
  CHECK(count == in_default_mode.size());
}

TEST_CASE("what goes wrong on one rank ends all of them with an error") {
  for (const auto& [name, texts, run] : test::failures()) {
    for (const int ranks : {2, 4}) {
      CAPTURE(name);
      CAPTURE(ranks);
      const auto errors = test::mpi::run_in_process(ranks, run, 30);
      for (int r = 0; r < ranks; ++r) {
        const std::string& error = errors[static_cast<std::size_t>(r)];
        if (name == "a rank that stops early" && r == ranks - 1) {
          CHECK(error == "");  // a thread does not learn that the others fail later
          continue;
        }
        for (const std::string& text : texts) {
          std::string wanted = text;
          if (const std::size_t at = wanted.find("{last}"); at != std::string::npos) {
            wanted.replace(at, 6, std::to_string(ranks - 1));
          }
          CHECK_MESSAGE(error.find(wanted) != std::string::npos, error, " lacks ", wanted);
        }
      }
    }
  }
}

TEST_CASE("a gradient that is not finite is an error with one rank too") {
  const auto errors = test::mpi::run_in_process(1, test::failures()[2].run);
  REQUIRE(test::failures()[2].name == "a NaN");
  CHECK(errors[0].find("on rank 0 is not finite") != std::string::npos);
}

TEST_CASE("options out of range are refused") {
  using Options = test::mpi::DataParallelOptions;
  const auto error_of = [](int ranks, const Options& options) {
    return test::mpi::run_in_process(ranks, [&](Communicator& world) {
      test::Net model;
      const test::mpi::DataParallel parallel(model, world, options);
    })[0];
  };
  const auto has = [](const std::string& error, const char* code) {
    return error.find(code) != std::string::npos;
  };
  CHECK(has(error_of(3, {.deterministic = true}), "[virtual-ranks]"));
  CHECK(has(error_of(1, {.deterministic = true, .virtual_ranks = 6}), "[virtual-ranks]"));
  CHECK(has(error_of(2, {.deterministic = true, .virtual_ranks = 1}), "[virtual-ranks]"));
  CHECK(has(error_of(1, {.wire = test::rg::int64}), "[wire-dtype]"));
  CHECK(has(error_of(1, {.wire = test::rg::bfloat16, .deterministic = true}), "[wire-dtype]"));
  CHECK(has(error_of(1, {.bucket_bytes = 0}), "[value-out-of-range]"));
  CHECK(error_of(2, {.deterministic = true, .virtual_ranks = 2}) == "");
}

TEST_CASE("in deterministic mode a plain backward is refused") {
  const auto errors = test::mpi::run_in_process(1, [](Communicator& world) {
    test::Net model;
    const test::mpi::DataParallel parallel(model, world, {.deterministic = true});
    test::loss_of(model)(test::batch_of(4)).backward();
  });
  CHECK(errors[0].find("[needs-virtual-ranks]") != std::string::npos);
}
