#include <gtest/gtest.h>

#include <set>
#include <string_view>

#include "report/rows.hpp"

namespace tutela {
namespace {

using test::plain_facts;

constexpr ReportFormat kFormats[] = {ReportFormat::text, ReportFormat::jsonl, ReportFormat::csv, ReportFormat::html};

TEST(ReportWriter, RefusesAnUnknownFormatAndAnEmptySink) {
    EXPECT_EQ(
        make_report_writer(static_cast<ReportFormat>(9), [](std::string_view) { return Status(); }).status().code(),
        StatusCode::invalid_argument);
    EXPECT_EQ(make_report_writer(ReportFormat::csv, {}).status().code(), StatusCode::invalid_argument);
}

TEST(ReportWriter, KeepsTheOrderOfCalls) {
    for (const ReportFormat format : kFormats) {
        auto writer = make_report_writer(format, [](std::string_view) { return Status(); });
        ASSERT_TRUE(writer.ok());
        EXPECT_EQ(writer.value()->row({}).code(), StatusCode::invalid_argument);
        EXPECT_EQ(writer.value()->end({}).code(), StatusCode::invalid_argument);
        EXPECT_TRUE(writer.value()->begin(plain_facts()).ok());
        EXPECT_EQ(writer.value()->begin(plain_facts()).code(), StatusCode::invalid_argument);
        EXPECT_TRUE(writer.value()->row({}).ok());
        EXPECT_TRUE(writer.value()->end({}).ok());
        EXPECT_EQ(writer.value()->row({}).code(), StatusCode::invalid_argument);
        EXPECT_EQ(writer.value()->end({}).code(), StatusCode::invalid_argument);
    }
}

TEST(ReportWriter, StopsForGoodWhenTheSinkFails) {
    for (const ReportFormat format : kFormats) {
        int calls = 0;
        bool full = false;
        auto writer = make_report_writer(format, [&](std::string_view) {
            ++calls;
            return full ? Status(StatusCode::io_error, "no space left") : Status();
        });
        ASSERT_TRUE(writer.ok());
        ASSERT_TRUE(writer.value()->begin(plain_facts()).ok());
        full = true;
        const int before = calls;
        EXPECT_EQ(writer.value()->row({}).code(), StatusCode::io_error);
        full = false;
        EXPECT_EQ(writer.value()->row({}).code(), StatusCode::io_error);
        EXPECT_EQ(writer.value()->end({}).message(), "no space left");
        EXPECT_EQ(calls, before + 1);
    }
}

TEST(RunTotals, AddsUp) {
    RunTotals totals;
    std::mt19937 random(24);
    std::uint64_t matches = 0;
    std::uint64_t damaged = 0;
    std::uint64_t bytes = 0;
    for (int i = 0; i < 1000; ++i) {
        FileRow row = test::hostile_row(random);
        row.size_bytes >>= 16;
        totals.add(row);
        matches += row.matches.size();
        damaged += row.damaged ? 1U : 0U;
        bytes += row.sha256 ? row.size_bytes : 0;
    }
    std::uint64_t sum = 0;
    for (std::uint32_t i = 1; i <= kOutcomes; ++i)
        sum += totals.count(static_cast<Outcome>(i));
    EXPECT_EQ(sum, 1000U);
    EXPECT_EQ(totals.files, 1000U);
    EXPECT_EQ(totals.entries_hit, matches);
    EXPECT_EQ(totals.damaged, damaged);
    EXPECT_EQ(totals.bytes, bytes);
}

TEST(Outcome, HasOneNameEach) {
    EXPECT_EQ(outcome_name(Outcome::matched), "matched");
    EXPECT_EQ(outcome_name(Outcome::limit), "limit");
    EXPECT_EQ(outcome_name(Outcome::container), "container");
    EXPECT_EQ(outcome_name(Outcome::harmless), "harmless");
    EXPECT_EQ(outcome_name(static_cast<Outcome>(0)), "unknown");
    EXPECT_EQ(outcome_name(static_cast<Outcome>(kOutcomes + 1)), "unknown");
    std::set<std::string_view> names;
    for (std::uint32_t i = 1; i <= kOutcomes; ++i)
        names.insert(outcome_name(static_cast<Outcome>(i)));
    EXPECT_EQ(names.size(), kOutcomes);
    EXPECT_FALSE(names.contains("unknown"));
}

}  // namespace
}  // namespace tutela
