// How long PDQ takes: by one fused pass, in the reference's order of operations, and as the reference does it plane
// after plane (the model of tests/hash). The floor is one read of the same plane.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <random>
#include <vector>

#include "hash/pdq_exact.hpp"
#include "hash/pdq_unfused.hpp"
#include "kernels/kernels.hpp"
#include "tutela/hasher.hpp"

namespace {

// Patches of every size, each half as strong as those twice as wide, and some noise: detail as a photograph has it. No
// pixel run is constant, and the hash is decided far enough from its median, as that of nearly all photographs is.
std::vector<std::uint8_t> make_plane(const benchmark::State& state, tutela::PixelFormat format) {
    const auto row = static_cast<std::size_t>(state.range(0)) * tutela::bytes_per_pixel(format);
    const auto height = static_cast<std::size_t>(state.range(1));
    std::vector<std::uint8_t> plane(row * height);
    std::mt19937 random(1);
    for (std::size_t y = 0; y < height; ++y) {
        for (std::size_t x = 0; x < row; ++x) {
            std::uint32_t value = 24 + random() % 8;
            for (std::size_t cells = 4, strength = 96; cells <= 64; cells *= 2, strength /= 2) {
                const auto cell = static_cast<std::uint32_t>(y * cells / height * 977 + x * cells / row * 31 + cells);
                value += static_cast<std::uint32_t>((cell * 2654435761U >> 24) * strength / 255);
            }
            plane[y * row + x] = static_cast<std::uint8_t>(value);
        }
    }
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

void pdq(benchmark::State& state, tutela::PixelFormat format, tutela::PdqRounding rounding) {
    const auto plane = make_plane(state, format);
    const tutela::FrameView view = view_of(plane, state, format);
    tutela::PdqHasher hasher(rounding);
    for (auto _ : state) {
        auto result = hasher.hash(view);
        benchmark::DoNotOptimize(result);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(plane.size()) * state.iterations());
}

void pdq_dihedral(benchmark::State& state, tutela::PdqRounding rounding) {
    const auto plane = make_plane(state, tutela::PixelFormat::gray8);
    const tutela::FrameView view = view_of(plane, state, tutela::PixelFormat::gray8);
    tutela::PdqHasher hasher(rounding);
    for (auto _ : state) {
        auto result = hasher.hash_dihedral(view);
        benchmark::DoNotOptimize(result);
    }
}

// What a picture costs whose rounding has to be followed, apart from the fused pass that found it out.
void pdq_in_order(benchmark::State& state, tutela::PixelFormat format) {
    const auto plane = make_plane(state, format);
    const tutela::FrameView view = view_of(plane, state, format);
    tutela::pdq::ExactSampler sampler;
    tutela::pdq::Samples<float> samples;
    for (auto _ : state) {
        sampler.sample(view, samples, *tutela::kernels::table().pdq);
        benchmark::DoNotOptimize(samples);
    }
}

void pdq_unfused(benchmark::State& state, tutela::PixelFormat format) {
    const auto plane = make_plane(state, format);
    const tutela::FrameView view = view_of(plane, state, format);
    tutela::testing::UnfusedPdq model;
    for (auto _ : state) {
        auto result = model.hash(view);
        benchmark::DoNotOptimize(result);
    }
}

// The ceiling: nothing that looks at every pixel can be faster. Four sums, so that the adds do not wait for each other.
void read_plane(benchmark::State& state, tutela::PixelFormat format) {
    typedef std::uint64_t Words __attribute__((vector_size(32), aligned(1), may_alias));  // whatever the processor has
    constexpr std::size_t kStep = 4 * sizeof(Words);
    const auto plane = make_plane(state, format);
    for (auto _ : state) {
        Words sums[4] = {};
        for (std::size_t at = 0; at + kStep <= plane.size(); at += kStep) {
            const auto* words = reinterpret_cast<const Words*>(plane.data() + at);
            sums[0] += words[0];
            sums[1] += words[1];
            sums[2] += words[2];
            sums[3] += words[3];
        }
        sums[0] += sums[1] + sums[2] + sums[3];
        std::uint64_t sum = sums[0][0] + sums[0][1] + sums[0][2] + sums[0][3];
        benchmark::DoNotOptimize(sum);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(plane.size()) * state.iterations());
}

void sizes(benchmark::internal::Benchmark* bench) {
    bench->Args({512, 512})->Args({1920, 1080})->Args({4000, 3000})->Unit(benchmark::kMicrosecond);
}

constexpr auto kGray = tutela::PixelFormat::gray8;
constexpr auto kColour = tutela::PixelFormat::bgr24;

BENCHMARK_CAPTURE(pdq, gray8_likely, kGray, tutela::PdqRounding::likely)->Apply(sizes);
BENCHMARK_CAPTURE(pdq, gray8_proven, kGray, tutela::PdqRounding::proven)->Apply(sizes);
BENCHMARK_CAPTURE(pdq, bgr24_likely, kColour, tutela::PdqRounding::likely)->Apply(sizes);
BENCHMARK_CAPTURE(pdq, bgr24_proven, kColour, tutela::PdqRounding::proven)->Apply(sizes);
BENCHMARK_CAPTURE(pdq_dihedral, likely, tutela::PdqRounding::likely)->Apply(sizes);
BENCHMARK_CAPTURE(pdq_in_order, gray8, kGray)->Apply(sizes);
BENCHMARK_CAPTURE(pdq_in_order, bgr24, kColour)->Apply(sizes);
BENCHMARK_CAPTURE(pdq_unfused, gray8, kGray)->Apply(sizes);
BENCHMARK_CAPTURE(pdq_unfused, bgr24, kColour)->Apply(sizes);
BENCHMARK_CAPTURE(read_plane, gray8, kGray)->Apply(sizes);
BENCHMARK_CAPTURE(read_plane, bgr24, kColour)->Apply(sizes);

}  // namespace

BENCHMARK_MAIN();
