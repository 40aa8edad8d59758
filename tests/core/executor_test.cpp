#include "tutela/executor.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <new>
#include <thread>
#include <vector>

namespace tutela {
namespace {

void expect_each_once(Executor& executor, std::size_t workers) {
    std::vector<std::atomic<int>> calls(workers);
    executor.run(workers, [&](std::size_t worker) { ++calls.at(worker); });
    for (const auto& count : calls)
        EXPECT_EQ(count, 1);
}

TEST(Executor, CallsEachBodyOnce) {
    InlineExecutor here;
    ThreadPool pool(3);
    EXPECT_EQ(here.concurrency(), 1U);
    EXPECT_EQ(pool.concurrency(), 3U);
    for (const std::size_t workers : {0U, 1U, 2U, 3U, 4U, 100U}) {
        expect_each_once(here, workers);
        expect_each_once(pool, workers);
    }
}

TEST(Executor, RunsAsManyBodiesAtOnceAsItSays) {
    ThreadPool pool(4);
    std::atomic<int> started = 0;
    pool.run(4, [&](std::size_t) {
        ++started;
        while (started < 4)
            std::this_thread::yield();  // ends only when all four run
    });
    EXPECT_EQ(started, 4);
}

TEST(Executor, PassesAnExceptionOnAfterAllBodies) {
    ThreadPool pool(2);
    InlineExecutor here;
    for (Executor* executor : {static_cast<Executor*>(&pool), static_cast<Executor*>(&here)}) {
        std::atomic<int> calls = 0;
        EXPECT_THROW(executor->run(10,
                                   [&](std::size_t worker) {
                                       ++calls;
                                       if (worker == 3) throw std::bad_alloc();
                                   }),
                     std::bad_alloc);
        EXPECT_EQ(calls, 10);
        expect_each_once(*executor, 5);
    }
}

TEST(Executor, CallersTakeTurns) {
    ThreadPool pool(2);
    std::atomic<int> sum = 0;
    std::vector<std::thread> callers;
    for (int i = 0; i < 8; ++i) {
        callers.emplace_back([&] {
            for (int k = 0; k < 50; ++k)
                pool.run(5, [&](std::size_t worker) { sum += static_cast<int>(worker); });
        });
    }
    for (std::thread& caller : callers)
        caller.join();
    EXPECT_EQ(sum, 8 * 50 * 10);
}

TEST(Executor, DefaultsToTheProcessorsThereAre) {
    EXPECT_GE(ThreadPool().concurrency(), 1U);
}

}  // namespace
}  // namespace tutela
