// What becomes of a run's files when it is killed, resumed, or its disk is full.
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <retrograd/log/event_writer.h>
#include <retrograd/retrograd.h>

#include "io/failing_calls.h"
#include "log/event_files.h"

namespace rg = retrograd;
namespace logging = rg::logging;
using test::TempFolder;

TEST_CASE("EventWriter: a resumed run writes another file, which sorts behind the others") {
  const TempFolder folder;
  for (int run = 0; run < 12; ++run) {
    logging::EventWriter writer(folder.path());
    CHECK(test::event_files(folder.path()).back() == writer.path());
  }
  test::write_file(folder.file("events.out.tfevents.9000000000.far.1.0"), "");
  const logging::EventWriter late(folder.path());
  CHECK(test::event_files(folder.path()).back() == late.path());
}

TEST_CASE("EventWriter: purge_step removes lines, and a torn line is cut off") {
  const TempFolder folder;
  {
    logging::EventWriter writer(folder.path());
    writer.add_hparams({{"lr", 1}});
    for (int step = 0; step < 6; ++step) {
      writer.add_scalar("loss", step, step);
    }
  }
  const std::string path = folder.file("metrics.jsonl");
  const std::string whole = test::read_file(path);
  test::write_file(path, whole + "{\"step\":6,\"tag");
  { const logging::EventWriter writer(folder.path()); }
  CHECK(test::read_file(path) == whole);
  { const logging::EventWriter writer(folder.path(), {.purge_step = 2}); }
  const std::string kept = test::read_file(path);
  CHECK(whole.starts_with(kept));
  CHECK(std::count(kept.begin(), kept.end(), '\n') == 3);
  test::check_contains(kept, "\"step\":1");
  { const logging::EventWriter writer(folder.path(), {.purge_step = 0, .json_lines = false}); }
  CHECK(test::read_file(path) == kept);
}

TEST_CASE("EventWriter: no event is lost by writes of half the bytes, and by signals") {
  for (const int error : {test::kHalf, EINTR}) {
    const TempFolder folder;
    logging::EventWriter writer(folder.path());
    for (int step = 0; step < 100; ++step) {
      writer.add_scalar("loss", step, step);
    }
    {
      const test::FailingCall failing("write", 1, error);
      writer.flush();
      CHECK(failing.happened());
    }
    CHECK(test::events_in(test::read_file(writer.path())).size() == 101);
  }
}

TEST_CASE("EventWriter: after a full disk, writing goes on behind the last byte") {
  const TempFolder folder;
  logging::EventWriter writer(folder.path(), {.flush_secs = 1e9});
  const rg::Tensor weight = rg::ones({3}, {.requires_grad = true});
  writer.add_scalar("loss", 0, 0);
  {
    const test::FailingCall full("write", 1, ENOSPC);
    const std::string message = test::message_of<rg::IoError>([&] { writer.flush(); });
    test::check_contains(message, writer.path());
    test::check_contains(message, "No space left on device");
    test::check_contains(message, "[file-unwritable]");
  }
  rg::sum(weight * weight).backward();  // training goes on
  CHECK(weight.grad().to_vector<float>() == std::vector<float>(3, 2));
  writer.add_scalar("loss", 1, 1);
  writer.flush();
  const auto events = test::events_in(test::read_file(writer.path()));
  REQUIRE(events.size() == 3);
  CHECK(test::integer(test::field(events[2], 2)) == 1);
}

TEST_CASE("EventWriter: a disk that stays full does not fill the memory") {
  const TempFolder folder;
  logging::EventWriter writer(folder.path(), {.flush_secs = 1e9});
  int added = 0;
  {
    const test::FailingCall full("write", test::kEvery, ENOSPC);
    for (int step = 0; step < 20'000; ++step) {
      try {
        writer.add_scalar("loss", step, step);
        ++added;
      } catch (const rg::IoError&) {
      }
    }
  }
  CHECK(added < 3000);
  writer.flush();
  const auto events = test::events_in(test::read_file(writer.path()));
  CHECK(static_cast<int>(events.size()) > added);
  CHECK(static_cast<int>(events.size()) < 3000);
}

TEST_CASE("EventWriter: a limit of the file's size is an error, and no signal") {
  const TempFolder folder;
  logging::EventWriter writer(folder.path());
  rlimit old = {};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &old) == 0);
  const rlimit small = {1000, old.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  std::string message = "(nothing was thrown)";
  try {
    writer.add_image("noise", rg::rand({100, 100}), 1);
    writer.flush();
  } catch (const rg::IoError& error) {
    message = error.what();
  }
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &old) == 0);
  test::check_contains(message, "File too large");
  writer.close();
  CHECK(test::events_in(test::read_file(writer.path())).size() == 2);
}

TEST_CASE("EventWriter: a folder that cannot be made, opened or written to") {
  const TempFolder folder;
  test::write_file(folder.file("file"), "");
  CHECK(test::message_of<rg::IoError>([&] {
          logging::EventWriter(folder.file("file/run"));
        }).starts_with("EventWriter: "));
  CHECK_THROWS_AS(logging::EventWriter(std::string("a\0b", 3)), rg::IoError);
  for (const char* call : {"open", "write", "close"}) {
    const TempFolder other;
    const test::FailingCall failing(call, 1, EIO);
    const std::string message = test::message_of<rg::IoError>([&] {
      logging::EventWriter writer(other.path());
      writer.close();
    });
    CAPTURE(call);
    CHECK(failing.happened());
    test::check_contains(message, "Input/output error");
  }
}

TEST_CASE("EventWriter: a writer can be moved") {
  const TempFolder folder;
  logging::EventWriter first(folder.path());
  first.add_scalar("loss", 1, 1);
  const std::string path = first.path();
  logging::EventWriter second(std::move(first));
  second.add_scalar("loss", 2, 2);
  second = logging::EventWriter(folder.path());
  CHECK(test::events_in(test::read_file(path)).size() == 3);
}
