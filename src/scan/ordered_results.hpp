// Work is taken in order by many threads and finished in any order; its results go out in order again.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "tutela/status.hpp"

namespace tutela {

// Hands out the numbers 0 .. count - 1 and passes the results to `emit` in that order, one at a time, whichever thread
// they come from. One slow piece of work does not let the results of all others pile up: see Window. Nobody waits while
// it holds a number: no deadlock.
template <typename T>
class OrderedResults {
public:
    using Emit = std::function<Status(T&&)>;

    // No number is handed out while `numbers` are between the last emitted and the last handed out, or while the
    // results that wait weigh more than `weight` together.
    struct Window {
        std::size_t numbers = 1;
        std::size_t weight = std::numeric_limits<std::size_t>::max();
    };

    OrderedResults(std::size_t count, const Window& window, const std::atomic<bool>* stop, Emit emit)
        : count_(count), ring_(window.numbers), max_weight_(window.weight), stop_(stop), emit_(std::move(emit)) {}

    // Numbers that follow on each other.
    struct Numbers {
        std::size_t first = 0;
        std::size_t count = 0;
    };

    // The next number, or nothing when the work is done, stopped or has failed. May wait for others' results.
    std::optional<std::size_t> take() {
        const std::optional<Numbers> taken = take(1);
        return taken ? std::optional(taken->first) : std::nullopt;
    }

    // The next number, and those after it that there is room for now, up to `most` > 0 together. The caller has a
    // result for each before it takes more.
    std::optional<Numbers> take(std::size_t most) {
        std::unique_lock lock(mutex_);
        for (;;) {
            if (stop_ != nullptr && stop_->load(std::memory_order_relaxed)) end();
            if (ended_ || next_ == count_) return std::nullopt;
            if (next_ - emitted_ < ring_.size() && weight_ <= max_weight_) break;
            room_.wait(lock);
        }
        const std::size_t room = std::min(count_ - next_, ring_.size() - (next_ - emitted_));
        const Numbers taken{next_, std::min(most, room)};
        next_ += taken.count;
        return taken;
    }

    // The result for a number taken. Emits it and what waits behind it, unless another thread is emitting and will.
    void put(std::size_t number, T&& result, std::size_t weight = 0) {
        std::unique_lock lock(mutex_);
        ring_[number % ring_.size()] = Waiting{std::move(result), weight};
        weight_ += weight;
        if (emitting_) return;
        emitting_ = true;
        while (!dead_ && ring_[emitted_ % ring_.size()].has_value())
            emit_one(lock);
        emitting_ = false;
    }

    // There is no result for this number, and so none after it will be emitted; no more are handed out.
    void abandon() {
        const std::lock_guard lock(mutex_);
        end();
    }

    // Ends it all: nothing more is emitted. The first failure is kept.
    void fail(Status status) {
        const std::lock_guard lock(mutex_);
        kill(std::move(status));
    }

    // For after the last thread has left.
    [[nodiscard]] const Status& status() const noexcept { return status_; }
    [[nodiscard]] bool complete() const noexcept { return emitted_ == count_; }

private:
    struct Waiting {
        T result;
        std::size_t weight;
    };

    void emit_one(std::unique_lock<std::mutex>& lock) {
        std::optional<Waiting> waiting = std::exchange(ring_[emitted_ % ring_.size()], std::nullopt);
        lock.unlock();
        Status status;
        try {
            status = emit_(std::move(waiting->result));
        } catch (...) {
            lock.lock();
            kill(Status(StatusCode::internal, "the receiver of the rows threw"));
            emitting_ = false;
            throw;
        }
        lock.lock();
        ++emitted_;
        weight_ -= waiting->weight;
        if (!status.ok()) kill(std::move(status));
        room_.notify_all();
    }

    void end() {
        ended_ = true;
        room_.notify_all();
    }
    void kill(Status status) {
        if (!dead_) status_ = std::move(status);
        dead_ = true;
        end();
    }

    const std::size_t count_;
    std::vector<std::optional<Waiting>> ring_;  // result i lies at i % size
    const std::size_t max_weight_;
    const std::atomic<bool>* stop_;
    Emit emit_;

    std::mutex mutex_;
    std::condition_variable room_;
    std::size_t next_ = 0;     // to be handed out
    std::size_t emitted_ = 0;  // results passed on
    std::size_t weight_ = 0;   // of the results that wait, the one in emit_ included
    bool emitting_ = false;    // a thread is in emit_
    bool ended_ = false;       // no more numbers
    bool dead_ = false;        // no more results either
    Status status_;
};

}  // namespace tutela
