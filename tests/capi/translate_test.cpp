// The rules of the C interface that no C program can show: exceptions, and structs of versions that do not exist.
#include "capi/translate.hpp"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <string>

namespace tutela::capi {
namespace {

struct Options {
    std::uint32_t struct_size;
    std::uint32_t first;
    std::uint64_t second;
};
struct OlderOptions {
    std::uint32_t struct_size;
    std::uint32_t first;
};
struct NewerOptions {
    std::uint32_t struct_size;
    std::uint32_t first;
    std::uint64_t second;
    std::uint64_t third;
};

constexpr Options kDefaults{.struct_size = 0, .first = 7, .second = 9};

template <typename Other>
const Options* as_options(const Other& other) {
    return reinterpret_cast<const Options*>(&other);
}

TEST(Translate, StopsExceptions) {
    tutela_error error{};
    EXPECT_EQ(guarded(&error, []() -> Status { throw std::bad_alloc(); }), TUTELA_OUT_OF_MEMORY);
    EXPECT_EQ(error.code, TUTELA_OUT_OF_MEMORY);
    EXPECT_EQ(guarded(&error, []() -> Status { throw std::runtime_error("x"); }), TUTELA_INTERNAL);
    EXPECT_EQ(error.code, TUTELA_INTERNAL);
    EXPECT_EQ(guarded(nullptr, []() -> Status { throw 1; }), TUTELA_INTERNAL);
}

TEST(Translate, AnErrorWithoutASentenceIsNamed) {
    tutela_error error{};
    EXPECT_EQ(report(&error, Status(StatusCode::corrupt)), TUTELA_CORRUPT);
    EXPECT_STREQ(error.message, "corrupt");
}

TEST(Translate, CutsMessagesAtTheEdgeOfACharacter) {
    std::string long_text(250, 'a');
    long_text += "\xc3\xa9\xc3\xa9";  // the first lies across the end of the 252 bytes
    tutela_error error{};
    EXPECT_EQ(report(&error, Status(StatusCode::corrupt, long_text)), TUTELA_CORRUPT);
    EXPECT_EQ(error.message, std::string(250, 'a'));
    std::array<char, 6> buffer{};
    copy_cut("abc\xe2\x82\xac", buffer.data(), buffer.size());
    EXPECT_STREQ(buffer.data(), "abc");
    copy_cut("ab\xe2\x82\xac", buffer.data(), buffer.size());
    EXPECT_STREQ(buffer.data(), "ab\xe2\x82\xac");
    copy_cut("\x80\x80\x80\x80\x80\x80\x80", buffer.data(), buffer.size());
    EXPECT_STREQ(buffer.data(), "");
}

TEST(Translate, ReadsAnOlderStructWithDefaults) {
    const OlderOptions older{.struct_size = sizeof(OlderOptions), .first = 1};
    Options into = kDefaults;
    ASSERT_TRUE(read_struct(as_options(older), into).ok());
    EXPECT_EQ(into.first, 1U);
    EXPECT_EQ(into.second, 9U);
    EXPECT_EQ(into.struct_size, sizeof(Options));
}

TEST(Translate, ReadsANewerStructThatUsesNothingNew) {
    NewerOptions newer{.struct_size = sizeof(NewerOptions), .first = 1, .second = 2, .third = 0};
    Options into = kDefaults;
    ASSERT_TRUE(read_struct(as_options(newer), into).ok());
    EXPECT_EQ(into.second, 2U);
    newer.third = 1ULL << 56;
    EXPECT_EQ(read_struct(as_options(newer), into).code(), StatusCode::invalid_argument);
}

TEST(Translate, RefusesImpossibleSizes) {
    for (const std::uint32_t size : {0U, 3U, 6U, 4100U, 0xffffffffU}) {
        const Options options{.struct_size = size, .first = 1, .second = 2};
        Options into = kDefaults;
        EXPECT_EQ(read_struct(&options, into).code(), StatusCode::invalid_argument) << size;
        EXPECT_EQ(into.first, 7U) << size;
    }
}

TEST(Translate, InitFillsWhatTheCallerHasAndNoMore) {
    alignas(Options) std::array<std::uint32_t, 8> memory{};
    memory.fill(0xabababab);
    auto* into = reinterpret_cast<Options*>(memory.data());
    init_struct(kDefaults, into, sizeof(OlderOptions));
    EXPECT_EQ(memory, (std::array<std::uint32_t, 8>{8, 7, 0xabababab, 0xabababab, 0xabababab, 0xabababab, 0xabababab,
                                                    0xabababab}));
    init_struct(kDefaults, into, sizeof(NewerOptions));
    EXPECT_EQ(memory, (std::array<std::uint32_t, 8>{24, 7, 9, 0, 0, 0, 0xabababab, 0xabababab}));
    init_struct<Options>(kDefaults, nullptr, sizeof(Options));
}

TEST(Translate, InitIgnoresImpossibleSizes) {
    alignas(Options) std::array<std::uint32_t, 1250> memory{};
    auto* into = reinterpret_cast<Options*>(memory.data());
    for (const std::size_t size : {std::size_t{0}, std::size_t{3}, std::size_t{18}, sizeof memory}) {
        memory.fill(0xabababab);
        init_struct(kDefaults, into, size);
        EXPECT_EQ(memory[0], 0xababababU) << size;
    }
}

TEST(Translate, WritesNoMoreThanTheCallerHas) {
    alignas(Options) std::array<std::uint32_t, 6> memory{8, 0xabababab, 0xabababab, 0xabababab, 0xabababab, 0xabababab};
    auto* into = reinterpret_cast<Options*>(memory.data());
    write_struct(kDefaults, into);
    EXPECT_EQ(memory, (std::array<std::uint32_t, 6>{8, 7, 0xabababab, 0xabababab, 0xabababab, 0xabababab}));
    memory[0] = 24;
    write_struct(kDefaults, into);
    EXPECT_EQ(memory, (std::array<std::uint32_t, 6>{16, 7, 9, 0, 0xabababab, 0xabababab}));
}

}  // namespace
}  // namespace tutela::capi
