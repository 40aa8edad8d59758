#include "core/bytes.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tutela {
namespace {

TEST(ByteReader, ReadsLittleEndianNumbersAndRuns) {
    const std::vector<std::uint8_t> bytes = {0x78, 0x56, 0x34, 0x12, 1, 2, 3, 4, 5, 6, 7, 0x80, 9, 10};
    ByteReader in(bytes);
    EXPECT_EQ(in.u32(), 0x12345678U);
    EXPECT_EQ(in.u64(), 0x8007060504030201ULL);
    EXPECT_EQ(in.remaining(), 2U);
    EXPECT_EQ(in.array<2>(), (std::array<std::uint8_t, 2>{9, 10}));
    EXPECT_TRUE(in.ok());
}

TEST(ByteReader, FailsForGoodPastTheEnd) {
    const std::vector<std::uint8_t> bytes = {1, 2, 3, 4, 5, 6, 7};
    ByteReader in(bytes);
    EXPECT_EQ(in.u64(), 0U);
    EXPECT_FALSE(in.ok());
    EXPECT_EQ(in.u32(), 0U);  // four bytes were left, but a reader that failed reads nothing
    EXPECT_FALSE(in.ok());
    EXPECT_FALSE(ByteReader({}).array<1>()[0] != 0);
}

TEST(ByteWriter, WritesWhatAReaderReads) {
    std::vector<std::uint8_t> bytes(16, 0xee);
    ByteWriter out(bytes);
    out.u32(0xfedcba98U);
    out.u64(0x0123456789abcdefULL);
    out.put(std::vector<std::uint8_t>{1, 2, 3});
    EXPECT_EQ(out.remaining(), 1U);
    EXPECT_TRUE(out.ok());
    EXPECT_EQ(bytes, (std::vector<std::uint8_t>{0x98, 0xba, 0xdc, 0xfe, 0xef, 0xcd, 0xab, 0x89, 0x67, 0x45, 0x23, 0x01,
                                                1, 2, 3, 0xee}));
}

TEST(ByteWriter, WritesNothingPastTheEnd) {
    std::vector<std::uint8_t> bytes(6, 0xee);
    ByteWriter out{std::span(bytes).first(5)};
    out.u32(0);
    out.u32(0);
    out.put(std::vector<std::uint8_t>{1});
    EXPECT_FALSE(out.ok());
    EXPECT_EQ(bytes, (std::vector<std::uint8_t>{0, 0, 0, 0, 0xee, 0xee}));
}

}  // namespace
}  // namespace tutela
