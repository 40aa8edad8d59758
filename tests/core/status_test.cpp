#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "core/try.hpp"
#include "tutela/status.hpp"

namespace tutela {
namespace {

// The numbers are in reports and in other people's programs. A change here is a break of the ABI.
TEST(Status, CodesArePinned) {
    const std::pair<StatusCode, int> pinned[] = {
        {StatusCode::ok, 0},
        {StatusCode::cancelled, 1},
        {StatusCode::invalid_argument, 10},
        {StatusCode::too_small, 11},
        {StatusCode::limit, 12},
        {StatusCode::timeout, 13},
        {StatusCode::not_found, 20},
        {StatusCode::permission_denied, 21},
        {StatusCode::io_error, 22},
        {StatusCode::unsupported, 30},
        {StatusCode::corrupt, 31},
        {StatusCode::checksum_mismatch, 32},
        {StatusCode::version_mismatch, 33},
        {StatusCode::out_of_memory, 40},
        {StatusCode::crashed, 41},
        {StatusCode::unavailable, 42},
        {StatusCode::internal, 90},
    };
    std::set<std::string_view> names;
    for (const auto& [code, number] : pinned) {
        EXPECT_EQ(static_cast<int>(code), number);
        EXPECT_NE(status_name(code), "unknown");
        EXPECT_TRUE(names.insert(status_name(code)).second) << "a name twice";
    }
    EXPECT_EQ(status_name(static_cast<StatusCode>(-7)), "unknown");
}

TEST(Status, SaysCodeAndReason) {
    EXPECT_TRUE(Status().ok());
    EXPECT_EQ(Status().to_string(), "ok");
    EXPECT_EQ(Status(StatusCode::corrupt, "no header").to_string(), "corrupt: no header");
}

Result<std::unique_ptr<int>> half(int n) {
    if (n % 2 != 0) return Status(StatusCode::invalid_argument, "odd");
    return std::make_unique<int>(n / 2);
}

Result<int> quarter(int n) {
    TUTELA_ASSIGN(const std::unique_ptr<int> once, half(n));
    TUTELA_ASSIGN(const std::unique_ptr<int> twice, half(*once));
    return *twice;
}

TEST(Result, CarriesAValueOrTheReason) {
    EXPECT_EQ(quarter(12).value(), 3);
    EXPECT_TRUE(quarter(12).status().ok());
    EXPECT_EQ(quarter(6).status().message(), "odd");
    EXPECT_FALSE(quarter(7).ok());
}

TEST(Result, AnOkStatusWithoutAValueIsADefect) {
    const Result<int> result = Status();
    EXPECT_FALSE(result.ok());
    EXPECT_EQ(result.status().code(), StatusCode::internal);
}

TEST(Version, HasThreeNumbers) {
    int dots = 0;
    for (const char c : version()) {
        dots += c == '.' ? 1 : 0;
        EXPECT_TRUE(c == '.' || (c >= '0' && c <= '9'));
    }
    EXPECT_EQ(dots, 2);
}

}  // namespace
}  // namespace tutela
