#include "scan/finding_cache.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <new>
#include <thread>
#include <vector>

namespace tutela {
namespace {

ContentKey key_of(std::uint8_t xxh3, std::uint8_t sha256, std::uint64_t size = 1) {
    ContentKey key{};
    key.xxh3.fill(xxh3);
    key.sha256.fill(sha256);
    key.size_bytes = size;
    return key;
}

FindingCache::Make maker(int& calls, const char* reason) {
    return [&calls, reason]() -> Result<Finding> {
        ++calls;
        Finding finding;
        finding.reason = reason;
        return finding;
    };
}

TEST(FindingCache, MakesEachFindingOnce) {
    FindingCache cache;
    int calls = 0;
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(cache.get(key_of(1, 1), maker(calls, "a")).value()->reason, "a");
    EXPECT_EQ(calls, 1);
}

TEST(FindingCache, SaysWhatItHolds) {
    FindingCache cache(1);
    int calls = 0;
    EXPECT_FALSE(cache.holds(key_of(1, 1)));
    const auto made = cache.get(key_of(1, 1), [&] {
        EXPECT_TRUE(cache.holds(key_of(1, 1))) << "somebody is at it";
        return maker(calls, "a")();
    });
    EXPECT_TRUE(made.ok());
    EXPECT_TRUE(cache.holds(key_of(1, 1)));
    EXPECT_FALSE(cache.holds(key_of(1, 2)));
    (void)cache.get(key_of(2, 2), maker(calls, "b"));
    EXPECT_FALSE(cache.holds(key_of(1, 1)));
}

TEST(FindingCache, EqualXxh3IsNoEquality) {
    FindingCache cache;
    int calls = 0;
    EXPECT_EQ(cache.get(key_of(1, 1), maker(calls, "a")).value()->reason, "a");
    EXPECT_EQ(cache.get(key_of(1, 2), maker(calls, "b")).value()->reason, "b");
    EXPECT_EQ(cache.get(key_of(1, 1, 2), maker(calls, "c")).value()->reason, "c");
    EXPECT_EQ(cache.get(key_of(1, 1), maker(calls, "d")).value()->reason, "a");
    EXPECT_EQ(calls, 3);
}

TEST(FindingCache, IsBoundedAndDropsTheOldest) {
    FindingCache cache(3);
    int calls = 0;
    for (std::uint8_t i = 0; i < 10; ++i) {
        ASSERT_TRUE(cache.get(key_of(i, i), maker(calls, "x")).ok());
        ASSERT_LE(cache.size(), 3U);
    }
    EXPECT_EQ(calls, 10);
    ASSERT_TRUE(cache.get(key_of(7, 7), maker(calls, "x")).ok());
    EXPECT_EQ(calls, 10);
    ASSERT_TRUE(cache.get(key_of(6, 6), maker(calls, "x")).ok());
    EXPECT_EQ(calls, 11);
}

// Matches weigh: a list of many equal hashes must not fill the memory with positions.
TEST(FindingCache, FindingsOfManyMatchesPushOutMore) {
    FindingCache cache(10);
    int calls = 0;
    const auto with_matches = [&](std::size_t matches) {
        return [&calls, matches]() -> Result<Finding> {
            ++calls;
            Finding finding;
            finding.neighbors.resize(matches);
            return finding;
        };
    };
    for (std::uint8_t i = 0; i < 10; ++i)
        ASSERT_TRUE(cache.get(key_of(i, i), with_matches(49)).ok());
    EXPECT_EQ(cache.size(), 10U);
    ASSERT_TRUE(cache.get(key_of(10, 10), with_matches(250)).ok());
    EXPECT_EQ(cache.size(), 5U) << "6 for the new one, 4 old ones";
    ASSERT_TRUE(cache.get(key_of(5, 5), with_matches(0)).ok());
    ASSERT_TRUE(cache.get(key_of(10, 10), with_matches(0)).ok());
    EXPECT_EQ(calls, 12) << "the oldest are out, the newest in";
    EXPECT_EQ(cache.get(key_of(11, 11), with_matches(5000)).value()->neighbors.size(), 5000U);
    EXPECT_EQ(cache.size(), 0U) << "alone too heavy";
    ASSERT_TRUE(cache.get(key_of(12, 12), with_matches(0)).ok());
    EXPECT_EQ(cache.size(), 1U);
}

TEST(FindingCache, TheSecondWaitsForTheFirst) {
    FindingCache cache;
    std::atomic<int> calls{0};
    std::atomic<int> inside{0};
    const auto slow = [&]() -> Result<Finding> {
        ++calls;
        while (inside.load() < 4)  // until the others are on their way
            std::this_thread::yield();
        Finding finding;
        finding.reason = "made";
        return finding;
    };
    std::vector<std::thread> threads;
    std::atomic<int> right{0};
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            ++inside;
            if (cache.get(key_of(9, 9), slow).value()->reason == "made") ++right;
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(right.load(), 4);
    EXPECT_EQ(calls.load(), 1);
}

TEST(FindingCache, AFailureIsNobodyElsesFinding) {
    FindingCache cache;
    int calls = 0;
    const auto throws = []() -> Result<Finding> { throw std::bad_alloc(); };
    const auto fails = []() -> Result<Finding> { return Status(StatusCode::internal, "defect"); };
    EXPECT_THROW(static_cast<void>(cache.get(key_of(1, 1), throws)), std::bad_alloc);
    EXPECT_EQ(cache.get(key_of(2, 2), fails).status().code(), StatusCode::internal);
    EXPECT_EQ(cache.get(key_of(1, 1), maker(calls, "a")).value()->reason, "a");
    EXPECT_EQ(cache.get(key_of(2, 2), maker(calls, "b")).value()->reason, "b");
    EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace tutela
