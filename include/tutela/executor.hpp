// Where work runs. The library starts no thread on its own: the caller hands it an Executor. Layer: core.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "tutela/export.h"

namespace tutela {

// Runs a body several times at once. Implement it to lend the library your own pool.
class TUTELA_API Executor {
public:
    virtual ~Executor();

    // How many bodies run at the same time; at least 1.
    [[nodiscard]] virtual std::size_t concurrency() const noexcept = 0;

    // Calls body(0) .. body(workers - 1), each once, up to concurrency() of them at the same time, and returns when
    // all have returned. A body may wait for another body that has already started, never for one that has not.
    // A body may throw std::bad_alloc: the others finish, then run() throws it again.
    virtual void run(std::size_t workers, const std::function<void(std::size_t worker)>& body) = 0;
};

// Everything in the calling thread, one after the other. Thread-safe.
class TUTELA_API InlineExecutor final : public Executor {
public:
    [[nodiscard]] std::size_t concurrency() const noexcept override { return 1; }
    void run(std::size_t workers, const std::function<void(std::size_t)>& body) override;
};

// `threads` threads that live as long as this object (0: one for each processor this process may use). Constructing
// one is the caller's wish to have threads; nothing else in the library starts any. run() may be called from several
// threads; the calls take turns. Throws std::bad_alloc when the threads cannot be had.
class TUTELA_API ThreadPool final : public Executor {
public:
    explicit ThreadPool(std::size_t threads = 0);
    ~ThreadPool() override;
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    [[nodiscard]] std::size_t concurrency() const noexcept override;
    void run(std::size_t workers, const std::function<void(std::size_t)>& body) override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tutela
