// How long PDQ takes, beside the floor: one read of the same plane.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "tutela/hasher.hpp"

namespace {

// Noise over a slope: no pixel run is constant, and no filter can take a short cut.
std::vector<std::uint8_t> make_plane(std::size_t bytes) {
    std::mt19937 random(1);
    std::vector<std::uint8_t> plane(bytes);
    for (std::size_t i = 0; i < bytes; ++i)
        plane[i] = static_cast<std::uint8_t>((i >> 8) + random() % 64);
    return plane;
}

tutela::FrameView view_of(const std::vector<std::uint8_t>& plane, const benchmark::State& state,
                          tutela::PixelFormat format) {
    tutela::FrameView view;
    view.data = plane.data();
    view.width = static_cast<std::uint32_t>(state.range(0));
    view.height = static_cast<std::uint32_t>(state.range(1));
    view.format = format;
    view.stride_bytes = std::size_t{view.width} * tutela::bytes_per_pixel(format);
    return view;
}

std::size_t plane_bytes(const benchmark::State& state, tutela::PixelFormat format) {
    return static_cast<std::size_t>(state.range(0) * state.range(1)) * tutela::bytes_per_pixel(format);
}

void pdq(benchmark::State& state, tutela::PixelFormat format) {
    const auto plane = make_plane(plane_bytes(state, format));
    const tutela::FrameView view = view_of(plane, state, format);
    tutela::PdqHasher hasher;
    for (auto _ : state) {
        auto result = hasher.hash(view);
        benchmark::DoNotOptimize(result);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(plane.size()) * state.iterations());
}

void pdq_dihedral(benchmark::State& state) {
    const auto plane = make_plane(plane_bytes(state, tutela::PixelFormat::gray8));
    const tutela::FrameView view = view_of(plane, state, tutela::PixelFormat::gray8);
    tutela::PdqHasher hasher;
    for (auto _ : state) {
        auto result = hasher.hash_dihedral(view);
        benchmark::DoNotOptimize(result);
    }
}

// The ceiling: nothing that looks at every pixel can be faster. Four sums, so that the adds do not wait for each other.
void read_plane(benchmark::State& state) {
    const auto plane = make_plane(plane_bytes(state, tutela::PixelFormat::gray8));
    for (auto _ : state) {
        std::array<std::uint64_t, 4> sums{};
        for (std::size_t at = 0; at + 32 <= plane.size(); at += 32) {
            std::array<std::uint64_t, 4> words;
            std::memcpy(words.data(), plane.data() + at, 32);
            for (std::size_t i = 0; i < 4; ++i)
                sums[i] += words[i];
        }
        benchmark::DoNotOptimize(sums);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(plane.size()) * state.iterations());
}

void sizes(benchmark::internal::Benchmark* bench) {
    bench->Args({512, 512})->Args({1920, 1080})->Args({4000, 3000})->Unit(benchmark::kMicrosecond);
}

BENCHMARK_CAPTURE(pdq, gray8, tutela::PixelFormat::gray8)->Apply(sizes);
BENCHMARK_CAPTURE(pdq, bgr24, tutela::PixelFormat::bgr24)->Apply(sizes);
BENCHMARK(pdq_dihedral)->Apply(sizes);
BENCHMARK(read_plane)->Apply(sizes);

}  // namespace

BENCHMARK_MAIN();
