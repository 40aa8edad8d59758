// Random numbers that are the same whatever standard library the tests are built with: its distributions differ.
#pragma once

#include <cstdint>

namespace tutela {

// SplitMix64.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        std::uint64_t value = state_ += 0x9e3779b97f4a7c15;
        value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
        value = (value ^ value >> 27) * 0x94d049bb133111eb;
        return value ^ value >> 31;
    }
    // 0 .. bound - 1
    std::uint64_t below(std::uint64_t bound) { return next() % bound; }
    // first .. last
    std::int64_t between(std::int64_t first, std::int64_t last) {
        return first + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(last - first) + 1));
    }
    // From 0 up to 1.
    double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
    bool chance(double share) { return unit() < share; }

private:
    std::uint64_t state_;
};

}  // namespace tutela
