// What looking up the variants of a picture costs: making their hashes, and searching all of them in a list of ten
// million. (VARIANTS_LIST=N makes another list.)
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <vector>

#include "hash_lists.hpp"
#include "tutela/index.hpp"
#include "tutela/variants.hpp"

namespace {

using tutela::Hash256;
using tutela::Profile;

// Soft spots of every size: detail enough that no variant is left out.
std::vector<std::uint8_t> make_picture(std::uint32_t width, std::uint32_t height) {
    std::mt19937 random(1);
    std::vector<float> light(std::size_t{width} * height, 0);
    for (int spot = 0; spot < 120; ++spot) {
        const float size = 0.3F * std::pow(0.98F, static_cast<float>(spot));
        const float middle_x = static_cast<float>(random() % 1000) / 1000;
        const float middle_y = static_cast<float>(random() % 1000) / 1000;
        const float strength = random() % 2 == 0 ? 40 : -40;
        for (std::uint32_t y = 0; y < height; ++y) {
            const float dy = (static_cast<float>(y) / static_cast<float>(height) - middle_y) / size;
            if (std::abs(dy) > 1) continue;
            for (std::uint32_t x = 0; x < width; ++x) {
                const float dx = (static_cast<float>(x) / static_cast<float>(width) - middle_x) / size;
                if (dx * dx + dy * dy < 1) light[std::size_t{y} * width + x] += strength * (1 - dx * dx - dy * dy);
            }
        }
    }
    std::vector<std::uint8_t> picture(light.size());
    for (std::size_t i = 0; i < light.size(); ++i)
        picture[i] = static_cast<std::uint8_t>(std::clamp(128 + light[i], 0.0F, 255.0F));
    return picture;
}

struct Picture {
    std::vector<std::uint8_t> samples;
    tutela::FrameView view;

    Picture(std::uint32_t width, std::uint32_t height) : samples(make_picture(width, height)) {
        view.data = samples.data();
        view.width = width;
        view.height = height;
        view.stride_bytes = width;
    }
};

void make(benchmark::State& state, Profile profile) {
    const Picture picture(static_cast<std::uint32_t>(state.range(0)), static_cast<std::uint32_t>(state.range(1)));
    tutela::VariantHasher hasher;
    std::vector<tutela::VariantHash> variants;
    for (auto _ : state) {
        const tutela::Status status = hasher.hash(picture.view, 0, profile, variants);
        if (!status.ok()) state.SkipWithError("no hash");
    }
    state.counters["variants"] = static_cast<double>(variants.size());
}

const tutela::Index<256>& big_index() {
    static const std::unique_ptr<const tutela::Index<256>> index = [] {
        const char* wanted = std::getenv("VARIANTS_LIST");
        const std::size_t count = wanted == nullptr ? 10'000'000 : std::strtoull(wanted, nullptr, 10);
        tutela::bench::HashSource<256> source(tutela::bench::ListKind::uniform, 1);
        std::vector<Hash256> hashes(count);
        for (Hash256& hash : hashes)
            hash = source.next();
        return tutela::build_index<256>(hashes).value();
    }();
    return *index;
}

void search(benchmark::State& state, Profile profile) {
    const Picture picture(1920, 1080);
    std::vector<tutela::VariantHash> variants;
    if (!tutela::VariantHasher().hash(picture.view, 0, profile, variants).ok()) state.SkipWithError("no hash");
    const tutela::Index<256>& index = big_index();
    std::vector<tutela::Neighbor> found;
    for (auto _ : state) {
        for (const tutela::VariantHash& variant : variants)
            benchmark::DoNotOptimize(index.search(variant.hash, tutela::kPdqMatchRadius, found));
    }
    state.counters["variants"] = static_cast<double>(variants.size());
}

void sizes(benchmark::internal::Benchmark* bench) {
    bench->Args({512, 512})->Args({1920, 1080})->Args({4000, 3000})->Unit(benchmark::kMicrosecond);
}

BENCHMARK_CAPTURE(make, plain, Profile::plain)->Apply(sizes);
BENCHMARK_CAPTURE(make, standard, Profile::standard)->Apply(sizes);
BENCHMARK_CAPTURE(make, thorough, Profile::thorough)->Apply(sizes);
BENCHMARK_CAPTURE(search, plain, Profile::plain)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(search, standard, Profile::standard)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(search, thorough, Profile::thorough)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
