#include "core/mapping.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <new>
#include <vector>

#include "core/dump_flags.hpp"
#include "core/file.hpp"
#include "core/secret_array.hpp"
#include "core/temp_folder.hpp"

namespace tutela {
namespace {

TEST(Mapping, ZeroesCanBeWrittenAndGrowWithoutLosingAnything) {
    Mapping memory = Mapping::of_zeroes(100);
    ASSERT_EQ(memory.bytes().size(), 100U);
    EXPECT_TRUE(std::ranges::all_of(memory.bytes(), [](auto byte) { return byte == 0; }));
    std::ranges::fill(memory.writable(), std::uint8_t{7});
    memory.grow(1 << 20);
    ASSERT_EQ(memory.bytes().size(), std::size_t{1} << 20);
    EXPECT_TRUE(std::ranges::all_of(memory.bytes().first(100), [](auto byte) { return byte == 7; }));
    EXPECT_TRUE(std::ranges::all_of(memory.bytes().subspan(100), [](auto byte) { return byte == 0; }));
}

TEST(Mapping, MovesAndLeavesAnEmptyRegionBehind) {
    Mapping a = Mapping::of_zeroes(10);
    a.writable()[3] = 9;
    Mapping b(std::move(a));
    EXPECT_EQ(a.bytes().size(), 0U);  // NOLINT(bugprone-use-after-move): what is left is specified
    EXPECT_EQ(b.bytes()[3], 9);
    Mapping c = Mapping::of_zeroes(5);
    c = std::move(b);
    EXPECT_EQ(c.bytes()[3], 9);
    EXPECT_EQ(c.bytes().size(), 10U);
}

TEST(Mapping, OfAFileShowsTheFile) {
    const TempFolder folder;
    write_file(folder / "a", "some bytes");
    const Result<InputFile> file = InputFile::open(folder / "a");
    ASSERT_TRUE(file.ok());
    const Result<Mapping> memory = Mapping::of_file(file.value().descriptor(), 10);
    ASSERT_TRUE(memory.ok());
    EXPECT_TRUE(std::ranges::equal(memory.value().bytes(), std::string_view("some bytes")));
    const Result<Mapping> nothing = Mapping::of_file(file.value().descriptor(), 0);
    ASSERT_TRUE(nothing.ok());
    EXPECT_TRUE(nothing.value().bytes().empty());
    EXPECT_EQ(Mapping::of_file(-1, 10).status().code(), StatusCode::io_error);
}

TEST(Mapping, IsLeftOutOfCoreDumps) {
    const TempFolder folder;
    write_file(folder / "a", "some bytes");
    const Result<InputFile> file = InputFile::open(folder / "a");
    ASSERT_TRUE(file.ok());
    const Result<Mapping> mapped = Mapping::of_file(file.value().descriptor(), 10);
    ASSERT_TRUE(mapped.ok());
    Mapping memory = Mapping::of_zeroes(100);
    memory.grow(1 << 22);
    memory.seal();
    if (!kernel_shows_dump_flags()) GTEST_SKIP() << "this kernel does not show the flags of a region";
    EXPECT_TRUE(is_left_out_of_dumps(mapped.value().bytes().data()));
    EXPECT_TRUE(is_left_out_of_dumps(memory.bytes().data()));
}

TEST(MappingDeathTest, ASealedRegionCannotBeWritten) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    Mapping memory = Mapping::of_zeroes(100);
    std::uint8_t* data = memory.writable().data();
    memory.seal();
    EXPECT_DEATH(*static_cast<volatile std::uint8_t*>(data) = 1, "");
}

TEST(SecretArray, IsAnArrayThatGrows) {
    SecretArray<std::uint64_t> array;
    std::vector<std::uint64_t> model;
    EXPECT_TRUE(array.span().empty());
    for (std::uint64_t i = 0; i < 100'000; ++i) {
        array.push_back(i * i);
        model.push_back(i * i);
    }
    const std::vector<std::uint64_t> more(50'000, 3);
    array.append(more);
    array.append({});
    model.insert(model.end(), more.begin(), more.end());
    EXPECT_TRUE(std::ranges::equal(array.span(), model));
    EXPECT_EQ(array.bytes().size(), model.size() * 8);
    array.clear();
    EXPECT_EQ(array.size(), 0U);
    array.push_back(5);
    EXPECT_EQ(array[0], 5U);
}

TEST(SecretArray, AnImpossibleSizeIsBadAllocAndChangesNothing) {
    SecretArray<std::uint64_t> array;
    array.push_back(1);
    EXPECT_THROW(array.reserve_more(std::numeric_limits<std::size_t>::max()), std::bad_alloc);
    EXPECT_THROW(array.reserve_more(std::numeric_limits<std::size_t>::max() / 64), std::bad_alloc);
    EXPECT_EQ(array.size(), 1U);
    EXPECT_EQ(array[0], 1U);
}

}  // namespace
}  // namespace tutela
