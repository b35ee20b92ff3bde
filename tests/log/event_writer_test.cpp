#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/log/event_writer.h>
#include <retrograd/retrograd.h>

#include "log/event_files.h"

namespace rg = retrograd;
namespace logging = rg::logging;
using test::field;
using test::Message;
using test::TempFolder;

namespace {

// A writer on a folder, and what it wrote.
struct Written {
  TempFolder folder;
  logging::EventWriter writer{folder.path()};

  // All events behind the version.
  std::vector<Message> events() {
    writer.flush();
    auto all = test::events_in(test::read_file(writer.path()));
    all.erase(all.begin());
    return all;
  }
  std::string lines() {
    writer.flush();
    return test::read_file(folder.file("metrics.jsonl"));
  }
};

std::vector<double> doubles(const std::string& packed) {
  std::vector<double> values;
  for (std::size_t at = 0; at < packed.size(); at += 8) {
    values.push_back(test::number_at<double>(packed, at));
  }
  return values;
}

Message histogram_of(const rg::Tensor& values) {
  Written written;
  written.writer.add_histogram("h", values, 1);
  return test::parsed(field(test::value_in(written.events().at(0)), 5));
}

}  // namespace

TEST_CASE("EventWriter: the CRC of a record is the one of RFC 3720") {
  // 32 bytes of 0: 8a9136aa, by its appendix B.4.
  const std::uint32_t crc = 0x8a9136aaU;
  CHECK(test::slow_masked_crc(std::string(32, '\0')) == (crc >> 15 | crc << 17) + 0xa282ead8U);
}

TEST_CASE("EventWriter: a file begins with its version") {
  const TempFolder folder;
  const logging::EventWriter writer(folder.path() + "/runs/a");
  const auto events = test::events_in(test::read_file(writer.path()));
  REQUIRE(events.size() == 1);
  CHECK(field(events[0], 3) == "brain.Event:2");
}

TEST_CASE("EventWriter: scalars, also those that are not finite") {
  Written written;
  written.writer.add_scalar("loss", 0.1, 3);
  written.writer.add_scalar("loss", rg::tensor({2.5}).to(rg::bfloat16), 4);
  written.writer.add_scalar("n", rg::full({}, 7, {.dtype = rg::int64}), -1);
  written.writer.add_scalar("odd \"\n", -std::numeric_limits<double>::infinity(), 5);
  const auto events = written.events();
  REQUIRE(events.size() == 4);
  CHECK(field(test::value_in(events[0]), 1) == "loss");
  CHECK(test::real(field(test::value_in(events[0]), 2)) == 0.1F);
  CHECK(test::integer(field(events[0], 2)) == 3);
  CHECK(test::real(field(events[0], 1)) > 1.6e9);
  CHECK(test::real(field(test::value_in(events[1]), 2)) == 2.5);
  CHECK(test::integer(field(events[2], 2)) == -1);
  CHECK(test::real(field(test::value_in(events[3]), 2)) ==
        -std::numeric_limits<double>::infinity());
  const std::string lines = written.lines();
  test::check_contains(lines, "{\"step\":3,\"tag\":\"loss\",\"value\":0.1,\"wall_time\":");
  test::check_contains(lines, R"("tag":"odd \"\u000a","value":"-Infinity")");
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 4);
}

TEST_CASE("EventWriter: histograms count every finite element once") {
  const Message ramp = histogram_of(rg::arange(0, 60));
  CHECK(test::real(field(ramp, 1)) == 0);
  CHECK(test::real(field(ramp, 2)) == 59);
  CHECK(test::real(field(ramp, 3)) == 60);
  CHECK(test::real(field(ramp, 4)) == 59 * 30);
  CHECK(doubles(field(ramp, 7)) == std::vector<double>(30, 2));
  CHECK(doubles(field(ramp, 6)).back() == 59);

  const Message constant = histogram_of(rg::full({7}, 2.5));
  CHECK(doubles(field(constant, 6)) == std::vector<double>{2.5});
  CHECK(doubles(field(constant, 7)) == std::vector<double>{7});
  const Message empty = histogram_of(rg::zeros({0, 3}));
  CHECK(test::real(field(empty, 3)) == 0);
  CHECK(doubles(field(empty, 7)) == std::vector<double>{0});

  const double most = std::numeric_limits<double>::max();
  const double least = std::numeric_limits<double>::denorm_min();
  for (const auto& ends : {std::pair{-most, most}, std::pair{-least, least},
                           std::pair{1e9, 1e9 + 1}, std::pair{0.0, least * 60}}) {
    const rg::Tensor values = rg::tensor({ends.first, ends.second}, {.dtype = rg::float64});
    const Message both = histogram_of(values);
    double sum = 0;
    for (const double count : doubles(field(both, 7))) {
      sum += count;
    }
    CHECK(sum == 2);
    CHECK(test::real(field(both, 2)) == ends.second);
  }
}

TEST_CASE("EventWriter: histograms of any dtype and layout") {
  const rg::Tensor turned = rg::transpose(rg::reshape(rg::arange(0, 60), {6, 10}), 0, 1);
  for (const rg::Tensor& values :
       {turned, turned.to(rg::bfloat16), turned.to(rg::int64), turned.to(rg::uint8)}) {
    CHECK(doubles(field(histogram_of(values), 7)) == std::vector<double>(30, 2));
  }
  CHECK(test::real(field(histogram_of(turned > 20), 4)) == 39);
}

TEST_CASE("EventWriter: elements that are not finite are counted beside a histogram") {
  Written written;
  written.writer.add_histogram("h", rg::tensor({1.0, std::nan(""), INFINITY}), 9);
  const auto events = written.events();
  REQUIRE(events.size() == 2);
  CHECK(field(test::value_in(events[1]), 1) == "h/not_finite");
  CHECK(test::real(field(test::value_in(events[1]), 2)) == 2);
}

TEST_CASE("EventWriter: refuses what has no name, no image and no one element") {
  Written written;
  auto& writer = written.writer;
  CHECK(test::message_of<rg::ValueError>([&] {
          writer.add_scalar("", 1, 1);
        }).starts_with("add_scalar: the tag is empty"));
  CHECK_THROWS_AS(writer.add_scalar("\xff", 1, 1), rg::ValueError);
  CHECK_THROWS_AS(writer.add_text("t", "\xc0\x80", 1), rg::ValueError);
  CHECK_THROWS_AS(writer.add_scalar("t", rg::zeros({2}), 1), rg::ShapeError);
  CHECK_THROWS_AS(writer.add_scalar("t", rg::Tensor(), 1), rg::ShapeError);
  CHECK_THROWS_AS(writer.add_histogram("t", rg::Tensor(), 1), rg::GraphError);
  for (const rg::Shape& shape : {rg::Shape{3}, rg::Shape{5, 2, 2}, rg::Shape{1, 3, 4, 4},
                                 rg::Shape{3, 0, 4}, rg::Shape{0, 4, 4}, rg::Shape{}}) {
    CHECK_THROWS_AS(writer.add_image("t", rg::zeros(shape), 1), rg::ShapeError);
  }
  CHECK_THROWS_AS(writer.add_image("t", rg::zeros({2, 2}, {.dtype = rg::int64}), 1),
                  rg::DTypeError);
  CHECK_THROWS_AS(writer.add_hparams({{"a", 1}, {"a", 2}}), rg::ValueError);
  CHECK_THROWS_AS(writer.add_hparams({{"a", "\xff"}}), rg::ValueError);
  CHECK_THROWS_AS(logging::EventWriter(written.folder.path(), {.flush_secs = -1}), rg::ValueError);
  CHECK(written.events().empty());
  CHECK(written.lines().empty());
  writer.close();
  writer.close();
  CHECK(test::message_of<rg::ValueError>([&] {
          writer.add_scalar("t", 1, 1);
        }).starts_with("add_scalar: the writer is closed"));
}

TEST_CASE("EventWriter: text, hyper-parameters and start have the fields of their plugins") {
  const TempFolder folder;
  logging::EventWriter writer(folder.path(), {.purge_step = 12});
  writer.add_text("notes", "two\nlines", 2);
  writer.add_hparams({{"lr", 0.5}, {"on", true}, {"name", "x"}});
  writer.flush();
  const auto events = test::events_in(test::read_file(writer.path()));
  REQUIRE(events.size() == 4);
  CHECK(test::integer(field(events[1], 2)) == 12);
  CHECK(test::integer(field(test::parsed(field(events[1], 7)), 1)) == 1);  // START
  const Message text = test::value_in(events[2]);
  CHECK(field(test::parsed(field(text, 8)), 8) == "two\nlines");
  CHECK(field(test::parsed(field(test::parsed(field(text, 9)), 1)), 1) == "text");
  const Message hparams = test::value_in(events[3]);
  CHECK(field(hparams, 1) == "_hparams_/session_start_info");
  const Message content =
      test::parsed(field(test::parsed(field(test::parsed(field(hparams, 9)), 1)), 2));
  CHECK(test::parsed(field(content, 3)).count(1) == 3);
}

TEST_CASE("EventWriter: a graph's nodes are named by modules, and all inputs are nodes") {
  struct Net : rg::nn::Module {
    rg::nn::LSTM lstm{3, 4};
    rg::nn::Linear fc{4, 2};
    rg::nn::Members members() override { return {{"lstm", lstm}, {"fc", fc}}; }
    rg::Tensor forward(const rg::Tensor& x) override {
      const rg::Tensor y = lstm(x).output;
      const auto halves = rg::chunk(fc(y), 2, -1);
      return halves[0] + rg::relu(fc(y))[0] + halves[1];
    }
  };
  Net net;
  const rg::Tensor x = rg::rand({5, 1, 3});
  const rg::Trace trace(net);
  const rg::Tensor y = net(x);
  Written written;
  written.writer.add_graph(rg::Graph(trace, {x}, {y}));
  const Message graph = test::parsed(field(written.events().at(0), 4));
  std::vector<std::string> names;
  std::vector<std::string> inputs;
  for (auto [at, end] = graph.equal_range(1); at != end; ++at) {
    const Message node = test::parsed(at->second);
    names.push_back(field(node, 1));
    for (auto [input, last] = node.equal_range(3); input != last; ++input) {
      inputs.push_back(input->second.substr(0, input->second.find(':')));
    }
  }
  const auto has = [&](const std::string& name) {
    return std::count(names.begin(), names.end(), name) == 1;
  };
  CHECK(has("input"));
  CHECK(has("output"));
  CHECK(has("Net/fc/weight"));
  CHECK(has("Net/fc/linear"));
  CHECK(has("Net/fc/linear_1"));
  for (const std::string& input : inputs) {
    CAPTURE(input);
    CHECK(has(input));
  }
}

TEST_CASE("EventWriter: several threads share a writer") {
  Written written;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int step = 0; step < 500; ++step) {
        written.writer.add_scalar("thread", thread, step);
      }
    });
  }
  for (std::thread& each : threads) {
    each.join();
  }
  CHECK(written.events().size() == 2000);
  const std::string lines = written.lines();
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 2000);
}
