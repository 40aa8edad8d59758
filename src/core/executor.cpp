#include "tutela/executor.hpp"

#include <sched.h>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

namespace tutela {

namespace {

std::size_t usable_processors() noexcept {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        const int count = CPU_COUNT(&set);
        if (count > 0) return static_cast<std::size_t>(count);
    }
    return std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

// One call of run(): hands out the numbers, counts the bodies that returned, keeps the first exception.
class Job {
public:
    Job(std::size_t workers, const std::function<void(std::size_t)>& body) : workers_(workers), body_(body) {}

    // Takes numbers and runs their bodies until none is left.
    void work(std::mutex& mutex, std::condition_variable& finished) {
        std::unique_lock lock(mutex);
        while (next_ < workers_) {
            const std::size_t worker = next_++;
            lock.unlock();
            std::exception_ptr error;
            try {
                body_(worker);
            } catch (...) {
                error = std::current_exception();
            }
            lock.lock();
            if (error && !error_) error_ = error;
            if (++done_ == workers_) finished.notify_all();
        }
    }
    [[nodiscard]] bool has_work() const { return next_ < workers_; }
    [[nodiscard]] bool done() const { return done_ == workers_; }
    void rethrow() const {
        if (error_) std::rethrow_exception(error_);
    }

private:
    std::size_t workers_;
    const std::function<void(std::size_t)>& body_;
    std::size_t next_ = 0;
    std::size_t done_ = 0;
    std::exception_ptr error_;
};

}  // namespace

Executor::~Executor() = default;

void InlineExecutor::run(std::size_t workers, const std::function<void(std::size_t)>& body) {
    std::exception_ptr error;
    for (std::size_t worker = 0; worker < workers; ++worker) {
        try {
            body(worker);
        } catch (...) {
            if (!error) error = std::current_exception();
        }
    }
    if (error) std::rethrow_exception(error);
}

struct ThreadPool::Impl {
    std::mutex turn;  // held for the whole of a run()
    std::mutex mutex;
    std::condition_variable wake;
    std::condition_variable finished;
    Job* job = nullptr;
    std::size_t inside = 0;  // threads that hold a pointer to the job
    bool stopping = false;
    std::vector<std::thread> threads;

    void loop() {
        std::unique_lock lock(mutex);
        for (;;) {
            wake.wait(lock, [&] { return stopping || (job != nullptr && job->has_work()); });
            if (stopping) return;
            Job* current = job;
            ++inside;
            lock.unlock();
            current->work(mutex, finished);
            lock.lock();
            if (--inside == 0) finished.notify_all();
        }
    }

    void stop() noexcept {
        {
            const std::lock_guard lock(mutex);
            stopping = true;
        }
        wake.notify_all();
        for (std::thread& thread : threads)
            thread.join();
        threads.clear();
    }
};

ThreadPool::ThreadPool(std::size_t threads) : impl_(std::make_unique<Impl>()) {
    if (threads == 0) threads = usable_processors();
    try {
        impl_->threads.reserve(threads);
        for (std::size_t i = 0; i < threads; ++i)
            impl_->threads.emplace_back([impl = impl_.get()] { impl->loop(); });
    } catch (const std::system_error&) {
        impl_->stop();
        throw std::bad_alloc();
    }
}

ThreadPool::~ThreadPool() {
    impl_->stop();
}

std::size_t ThreadPool::concurrency() const noexcept {
    return impl_->threads.size();
}

void ThreadPool::run(std::size_t workers, const std::function<void(std::size_t)>& body) {
    if (workers == 0) return;
    const std::lock_guard turn(impl_->turn);
    Job job(workers, body);
    {
        std::unique_lock lock(impl_->mutex);
        impl_->job = &job;
        impl_->wake.notify_all();
        impl_->finished.wait(lock, [&] { return job.done() && impl_->inside == 0; });
        impl_->job = nullptr;
    }
    job.rethrow();
}

}  // namespace tutela
