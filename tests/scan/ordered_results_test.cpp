#include "scan/ordered_results.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <new>
#include <numeric>
#include <random>
#include <thread>

#include "tutela/executor.hpp"

namespace tutela {
namespace {

using Results = OrderedResults<std::size_t>;

std::vector<std::size_t> first_numbers(std::size_t count) {
    std::vector<std::size_t> numbers(count);
    std::iota(numbers.begin(), numbers.end(), 0U);
    return numbers;
}

TEST(OrderedResults, GoOutInOrderWhateverTheThreads) {
    for (const std::size_t threads : {1, 2, 4, 8}) {
        for (const std::size_t window : {1, 2, 7, 1000}) {
            std::vector<std::size_t> out;
            Results results(3000, {window}, nullptr, [&](std::size_t&& value) {
                out.push_back(value);
                return Status();
            });
            ThreadPool pool(threads);
            pool.run(threads, [&](std::size_t worker) {
                std::mt19937 random(static_cast<unsigned>(worker));
                while (const auto number = results.take()) {
                    if (random() % 8 == 0) std::this_thread::yield();
                    results.put(*number, std::size_t(*number));
                }
            });
            ASSERT_EQ(out, first_numbers(3000)) << threads << " threads, window " << window;
            ASSERT_TRUE(results.complete());
        }
    }
}

TEST(OrderedResults, GoOutInOrderWhenSeveralAreTakenAtOnce) {
    for (const std::size_t threads : {1, 2, 4, 8}) {
        for (const std::size_t window : {1, 2, 7, 1000}) {
            std::vector<std::size_t> out;
            Results results(3000, {window}, nullptr, [&](std::size_t&& value) {
                out.push_back(value);
                return Status();
            });
            ThreadPool pool(threads);
            pool.run(threads, [&](std::size_t worker) {
                std::mt19937 random(static_cast<unsigned>(worker));
                while (const auto numbers = results.take(1 + random() % 16)) {
                    std::vector<std::size_t> order(numbers->count);
                    std::iota(order.begin(), order.end(), numbers->first);
                    std::shuffle(order.begin(), order.end(), random);
                    for (const std::size_t number : order)
                        results.put(number, std::size_t(number));
                }
            });
            ASSERT_EQ(out, first_numbers(3000)) << threads << " threads, window " << window;
            ASSERT_TRUE(results.complete());
        }
    }
}

TEST(OrderedResults, TakesNoMoreThanThereAreAndFitTheWindow) {
    Results results(7, {5}, nullptr, [&](std::size_t&&) { return Status(); });
    const auto first = results.take(3);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->first, 0U);
    EXPECT_EQ(first->count, 3U);
    const auto second = results.take(3);
    ASSERT_TRUE(second);
    EXPECT_EQ(second->first, 3U);
    EXPECT_EQ(second->count, 2U) << "a window of 5";
    for (std::size_t i = 0; i < 5; ++i)
        results.put(i, 0);
    const auto third = results.take(3);
    ASSERT_TRUE(third);
    EXPECT_EQ(third->count, 2U) << "of 7";
    EXPECT_FALSE(results.take(3));
}

TEST(OrderedResults, OneSlowResultHoldsTheOthersWithinTheWindow) {
    constexpr std::size_t kWindow = 5;
    std::size_t emitted = 0;
    Results results(100, {kWindow}, nullptr, [&](std::size_t&&) {
        ++emitted;
        return Status();
    });
    const auto slow = results.take();
    for (std::size_t i = 1; i < kWindow; ++i) {
        const auto number = results.take();
        results.put(*number, 0);
    }
    EXPECT_EQ(emitted, 0U);
    std::thread blocked([&] { EXPECT_EQ(results.take(), kWindow); });
    results.put(*slow, 0);
    blocked.join();
    EXPECT_EQ(emitted, kWindow);
}

TEST(OrderedResults, HeavyResultsThatWaitHoldTheOthersBack) {
    std::size_t emitted = 0;
    Results results(100, {50, 10}, nullptr, [&](std::size_t&&) {
        ++emitted;
        return Status();
    });
    const auto slow = results.take();
    for (std::size_t i = 1; i <= 3; ++i) {
        const auto number = results.take();
        ASSERT_EQ(number, i);
        results.put(*number, 0, i == 3 ? 7 : 2);  // 11 with the third
    }
    EXPECT_EQ(emitted, 0U);
    std::atomic<bool> passed{false};
    std::thread blocked([&] {
        EXPECT_EQ(results.take(), 4U);
        passed = true;
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // time to pass, if nothing held it
    EXPECT_FALSE(passed.load());
    results.put(*slow, 0);
    blocked.join();
    EXPECT_EQ(emitted, 4U);
    // One result heavier than all that may wait goes out as well.
    results.put(4, 0, 1000);
    EXPECT_EQ(results.take(), 5U);
}

TEST(OrderedResults, BodiesMayRunOneAfterTheOther) {
    std::vector<std::size_t> out;
    Results results(50, {2}, nullptr, [&](std::size_t&& value) {
        out.push_back(value);
        return Status();
    });
    InlineExecutor executor;
    executor.run(4, [&](std::size_t) {
        while (const auto number = results.take())
            results.put(*number, std::size_t(*number));
    });
    EXPECT_EQ(out, first_numbers(50));
}

TEST(OrderedResults, AnErrorOfTheReceiverEndsIt) {
    std::size_t emitted = 0;
    Results results(1000, {8}, nullptr, [&](std::size_t&& value) {
        ++emitted;
        return value == 20 ? Status(StatusCode::io_error, "no space left") : Status();
    });
    ThreadPool pool(4);
    pool.run(4, [&](std::size_t) {
        while (const auto number = results.take())
            results.put(*number, std::size_t(*number));
    });
    EXPECT_EQ(results.status().code(), StatusCode::io_error);
    EXPECT_EQ(emitted, 21U);
}

TEST(OrderedResults, AThrowingReceiverHangsNobody) {
    Results results(1000, {2}, nullptr, [&](std::size_t&& value) -> Status {
        if (value == 20) throw std::bad_alloc();
        return {};
    });
    ThreadPool pool(4);
    const auto body = [&](std::size_t) {
        while (const auto number = results.take())
            results.put(*number, std::size_t(*number));
    };
    EXPECT_THROW(pool.run(4, body), std::bad_alloc);
    EXPECT_FALSE(results.complete());
}

TEST(OrderedResults, NothingFollowsAnAbandonedNumber) {
    std::vector<std::size_t> out;
    Results results(1000, {100}, nullptr, [&](std::size_t&& value) {
        out.push_back(value);
        return Status();
    });
    ThreadPool pool(4);
    pool.run(4, [&](std::size_t) {
        while (const auto number = results.take()) {
            if (*number == 30) {
                results.abandon();
            } else {
                results.put(*number, std::size_t(*number));
            }
        }
    });
    EXPECT_EQ(out, first_numbers(30));
    EXPECT_FALSE(results.complete());
    EXPECT_TRUE(results.status().ok());
}

}  // namespace
}  // namespace tutela
