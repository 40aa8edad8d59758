// The loops of PDQ: every level against sums written out, bit for bit, in buffers of exactly the size that is promised.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "kernels/kernels.hpp"
#include "kernels/levels.hpp"

namespace tutela::kernels {
namespace {

class PdqLevelTest : public testing::TestWithParam<Level> {
protected:
    const PdqKernels& kernels_ = *table(GetParam())->pdq;
};

// Rows in a block of memory of their own that ends with the last byte.
struct RowsInMemory {
    RowsInMemory(std::size_t count, std::size_t width, std::size_t gap, std::mt19937& random)
        : size((count - 1) * (width + gap) + width), memory(std::make_unique<std::uint8_t[]>(size)) {
        // Extremes are frequent: sums of 16 bits must not overflow.
        for (std::size_t i = 0; i < size; ++i)
            memory[i] = static_cast<std::uint8_t>(random() % 3 == 0 ? 255 : random());
        rows = {memory.get(), width + gap, count, width, 0, 255};
    }
    std::size_t size;
    std::unique_ptr<std::uint8_t[]> memory;
    PdqRows rows;
};

int level_of(const PdqRows& rows, std::size_t row, std::size_t x) {
    return std::clamp<int>(rows.first[row * rows.stride_bytes + x] - rows.floor, 0, rows.range);
}

std::size_t rounded_up(std::size_t width) {
    return (width + kPdqGroup - 1) / kPdqGroup * kPdqGroup;
}

void expect_tent(const PdqKernels& kernels, const PdqRows& rows, const std::vector<std::uint8_t>& weights) {
    std::vector<double> sums(rounded_up(rows.width), -1);
    kernels.tent_rows(rows, weights.data(), sums.data());
    for (std::size_t x = 0; x < rows.width; ++x) {
        int want = 0;
        for (std::size_t t = 0; t < rows.count; ++t)
            want += weights[t] * level_of(rows, t, x);
        ASSERT_EQ(sums[x], want) << "column " << x << " of " << rows.width << ", " << rows.count << " rows";
    }
    for (std::size_t x = rows.width; x < sums.size(); ++x)
        ASSERT_EQ(sums[x], 0) << "past the width " << rows.width;
}

TEST_P(PdqLevelTest, TentsOfRowsEqualTheModel) {
    std::mt19937 random(1);
    for (std::size_t width = 1; width <= 600; width += width < 140 ? 1 : 37) {
        const std::size_t height = 1 + random() % kPdqTentHeight;
        std::vector<std::uint8_t> tent;
        for (std::size_t t = 1; t < 2 * height; ++t)
            tent.push_back(static_cast<std::uint8_t>(std::min(t, 2 * height - t)));
        RowsInMemory memory(tent.size(), width, random() % 5, random);
        expect_tent(kernels_, memory.rows, tent);
        memory.rows.floor = 16;
        memory.rows.range = 219;
        expect_tent(kernels_, memory.rows, tent);
    }
}

TEST_P(PdqLevelTest, TheHighestTentOfWhiteRowsFits) {
    std::vector<std::uint8_t> tent;
    for (std::size_t t = 1; t < 2 * kPdqTentHeight; ++t)
        tent.push_back(static_cast<std::uint8_t>(std::min(t, 2 * kPdqTentHeight - t)));
    std::vector<std::uint8_t> white(tent.size() * 400, 255);
    expect_tent(kernels_, {white.data(), 400, tent.size(), 400, 0, 255}, tent);
}

TEST_P(PdqLevelTest, WeighedRowsEqualTheModel) {
    std::mt19937 random(2);
    std::uniform_real_distribution<double> weight(0, 1);
    for (std::size_t width = 1; width <= 200; ++width) {
        RowsInMemory memory(1 + random() % 40, width, random() % 5, random);
        if (width % 2 == 0) {
            memory.rows.floor = 16;
            memory.rows.range = 219;
        }
        std::vector<double> weights(memory.rows.count);
        std::generate(weights.begin(), weights.end(), [&] { return weight(random); });
        std::vector<double> sums(rounded_up(width), -1);
        kernels_.weigh_rows(memory.rows, weights.data(), sums.data());
        for (std::size_t x = 0; x < width; ++x) {
            double want = 0;
            for (std::size_t t = 0; t < weights.size(); ++t)
                want += weights[t] * level_of(memory.rows, t, x);
            ASSERT_EQ(sums[x], want) << "column " << x << " of " << width;
        }
    }
}

TEST_P(PdqLevelTest, WeighedColumnsEqualTheModel) {
    std::mt19937 random(3);
    std::uniform_real_distribution<double> number(-1, 1);
    for (std::size_t length = kPdqLanes; length <= 96; length += kPdqLanes) {
        std::vector<std::uint32_t> first(kPdqSide);
        std::generate(first.begin(), first.end(), [&] { return static_cast<std::uint32_t>(random() % 500); });
        std::vector<double> row(*std::max_element(first.begin(), first.end()) + length);
        std::vector<double> weights(kPdqSide * length);
        std::generate(row.begin(), row.end(), [&] { return number(random); });
        std::generate(weights.begin(), weights.end(), [&] { return number(random); });
        std::vector<double> got(kPdqSide);
        kernels_.weigh_columns(row.data(), first.data(), weights.data(), length, got.data());
        for (std::size_t k = 0; k < kPdqSide; ++k) {
            double lanes[kPdqLanes] = {};
            for (std::size_t t = 0; t < length; ++t)
                lanes[t % kPdqLanes] += row[first[k] + t] * weights[k * length + t];
            const double low = (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
            const double high = (lanes[4] + lanes[5]) + (lanes[6] + lanes[7]);
            ASSERT_EQ(got[k], low + high) << "output " << k << ", length " << length;
        }
    }
}

// rows * samples * columns, in the order of the places.
template <typename Float, typename Transform>
void expect_transform(Transform transform) {
    std::mt19937 random(4);
    std::uniform_real_distribution<Float> number(0, 255);
    for (int round = 0; round < 5; ++round) {
        auto cosines = std::make_unique<PdqCosines<Float>>();
        alignas(64) Float samples[kPdqSide * kPdqSide];
        alignas(64) Float got[kPdqFrequencies * kPdqFrequencies];
        for (Float& cosine : cosines->rows)
            cosine = number(random) - 128;
        for (Float& cosine : cosines->columns)
            cosine = number(random) - 128;
        for (Float& sample : samples)
            sample = number(random);
        transform(*cosines, samples, got);
        for (std::size_t i = 0; i < kPdqFrequencies; ++i) {
            Float half[kPdqSide] = {};
            for (std::size_t j = 0; j < kPdqSide; ++j) {
                for (std::size_t k = 0; k < kPdqSide; ++k)
                    half[j] += cosines->rows[i * kPdqSide + k] * samples[k * kPdqSide + j];
            }
            for (std::size_t j = 0; j < kPdqFrequencies; ++j) {
                Float want = 0;
                for (std::size_t k = 0; k < kPdqSide; ++k)
                    want += half[k] * cosines->columns[k * kPdqFrequencies + j];
                ASSERT_EQ(got[i * kPdqFrequencies + j], want) << i << ", " << j;
            }
        }
    }
}

TEST_P(PdqLevelTest, TransformsEqualTheModel) {
    expect_transform<double>(kernels_.transform);
    expect_transform<float>(kernels_.transform_float);
}

// The bound must hold for what the same sums really come to in float32, and not be idle.
TEST_P(PdqLevelTest, MagnitudesBoundTheRoundingOfFloats) {
    std::mt19937 random(5);
    std::uniform_real_distribution<float> number(0, 255);
    std::uniform_real_distribution<float> cosine(-0.18F, 0.18F);
    auto exact = std::make_unique<PdqCosines<double>>();
    auto rounded = std::make_unique<PdqCosines<float>>();
    for (std::size_t i = 0; i < kPdqFrequencies; ++i) {
        for (std::size_t j = 0; j < kPdqSide; ++j) {
            const float value = cosine(random);
            exact->rows[i * kPdqSide + j] = rounded->rows[i * kPdqSide + j] = value;
            exact->columns[j * kPdqFrequencies + i] = rounded->columns[j * kPdqFrequencies + i] = value;
        }
    }
    alignas(64) float samples[kPdqSide * kPdqSide];
    alignas(64) double same[kPdqSide * kPdqSide];
    for (std::size_t i = 0; i < kPdqSide * kPdqSide; ++i)
        same[i] = samples[i] = number(random);
    alignas(64) float got[kPdqFrequencies * kPdqFrequencies];
    alignas(64) double want[kPdqFrequencies * kPdqFrequencies];
    alignas(64) double plain[kPdqFrequencies * kPdqFrequencies];
    alignas(64) double magnitudes[kPdqFrequencies * kPdqFrequencies];
    kernels_.transform_float(*rounded, samples, got);
    kernels_.transform(*exact, same, plain);
    kernels_.transform_measured(*exact, same, want, magnitudes);
    double nearest = 0;
    for (std::size_t k = 0; k < kPdqFrequencies * kPdqFrequencies; ++k) {
        ASSERT_EQ(want[k], plain[k]);
        const double error = std::abs(got[k] - want[k]) * (1 << 24);
        ASSERT_LE(error, magnitudes[k]);
        nearest = std::max(nearest, error / magnitudes[k]);
    }
    EXPECT_GT(nearest, 0.001);
}

TEST_P(PdqLevelTest, CountedStepsEqualTheModel) {
    std::mt19937 random(6);
    std::uniform_real_distribution<double> number(0, 255);
    for (const double tolerance : {0.0, 0.01, 0.3, 2.5}) {
        std::vector<double> samples(kPdqSide * kPdqSide);
        std::generate(samples.begin(), samples.end(), [&] { return number(random); });
        int least = 0;
        int most = 0;
        const auto add = [&](std::size_t u, std::size_t v) {
            const double step = std::abs((samples[u] - samples[v]) * 100 / 255);
            least += static_cast<int>(std::max(step - tolerance, 0.0));
            most += static_cast<int>(step + tolerance);
        };
        for (std::size_t i = 0; i < kPdqSide; ++i) {
            for (std::size_t j = 0; j < kPdqSide; ++j) {
                if (i + 1 < kPdqSide) add(i * kPdqSide + j, (i + 1) * kPdqSide + j);
                if (j + 1 < kPdqSide) add(i * kPdqSide + j, i * kPdqSide + j + 1);
            }
        }
        const PdqSteps steps = kernels_.count_steps(samples.data(), tolerance);
        EXPECT_EQ(steps.least, least);
        EXPECT_EQ(steps.most, most);
    }
}

TEST_P(PdqLevelTest, LumaEqualsTheModel) {
    std::mt19937 random(7);
    for (std::size_t width = 1; width < 100; ++width) {
        for (const auto& [pixels, size] : {std::pair{PdqPixels::gray, 1U},
                                           {PdqPixels::limited, 1U},
                                           {PdqPixels::rgb, 3U},
                                           {PdqPixels::bgr, 3U},
                                           {PdqPixels::bgra, 4U}}) {
            const auto row = std::make_unique<std::uint8_t[]>(width * size);
            std::generate(row.get(), row.get() + width * size, [&] { return static_cast<std::uint8_t>(random()); });
            std::vector<float> got(width);
            kernels_.luma(row.get(), width, pixels, got.data());
            for (std::size_t x = 0; x < width; ++x) {
                const std::uint8_t* p = row.get() + x * size;
                float want = p[0];
                if (pixels == PdqPixels::limited)
                    want = static_cast<float>(std::clamp<int>(p[0], 16, 235) - 16) * 255 / 219;
                if (pixels == PdqPixels::rgb) want = (0.299F * p[0] + 0.587F * p[1]) + 0.114F * p[2];
                if (size > 1 && pixels != PdqPixels::rgb) want = (0.299F * p[2] + 0.587F * p[1]) + 0.114F * p[0];
                ASSERT_EQ(got[x], want) << x << " of " << width;
            }
        }
    }
}

// One running sum, as the reference's.
std::vector<float> model_box(const std::vector<float>& in, std::size_t ahead, std::size_t behind) {
    std::vector<float> out;
    float sum = 0;
    float inside = 0;
    for (std::size_t x = 0; x < in.size() + ahead; ++x) {
        if (x < in.size()) {
            sum += in[x];
            ++inside;
        }
        if (x < ahead) continue;
        if (x - ahead > behind) {
            sum -= in[x - ahead - behind - 1];
            --inside;
        }
        out.push_back(sum / inside);
    }
    return out;
}

TEST_P(PdqLevelTest, FilteredRowsEqualTheModel) {
    std::mt19937 random(8);
    std::uniform_real_distribution<float> number(0, 255);
    for (std::size_t side = 5; side < 400; side += side < 40 ? 1 : 31) {
        const std::size_t window = 1 + random() % (side < 12 ? 2 : 9);
        const PdqBox box = {side, (window + 2) / 2 - 1, window - (window + 2) / 2};
        const std::size_t stride = (side + kPdqBand - 1) / kPdqBand * kPdqBand;
        std::vector<float> rows(kPdqBand * stride);
        std::generate(rows.begin(), rows.end(), [&] { return number(random); });
        std::vector<float> scratch(kPdqBand * stride);
        std::vector<float> all(kPdqBand * stride);
        std::vector<float> some(kPdqBand * kPdqSide);
        std::vector<std::uint32_t> places(kPdqSide);
        for (std::size_t k = 0; k < kPdqSide; ++k)
            places[k] = static_cast<std::uint32_t>(k * side / kPdqSide);
        kernels_.box_rows(rows.data(), stride, box, scratch.data(), all.data());
        kernels_.box_rows_at(rows.data(), stride, box, places.data(), scratch.data(), some.data());
        for (std::size_t i = 0; i < kPdqBand; ++i) {
            const auto from = rows.begin() + static_cast<std::ptrdiff_t>(i * stride);
            const std::vector<float> want =
                model_box({from, from + static_cast<std::ptrdiff_t>(side)}, box.ahead, box.behind);
            for (std::size_t x = 0; x < side; ++x)
                ASSERT_EQ(all[i * stride + x], want[x]) << "row " << i << ", " << x << " of " << side;
            for (std::size_t k = 0; k < kPdqSide; ++k)
                ASSERT_EQ(some[i * kPdqSide + k], want[places[k]]) << "row " << i << ", place " << k;
        }
    }
}

// Every divisor that a window can be, and every kind of mantissa: the quotients are those of a division.
TEST_P(PdqLevelTest, SlidAndDividedSumsEqualTheModel) {
    std::mt19937 random(9);
    std::uniform_real_distribution<float> number(0, 255);
    constexpr std::size_t kWidth = 4 * kPdqBand;
    for (std::size_t inside = 1; inside < 3000000; inside += inside < 1500 ? 1 : inside / 3) {
        std::vector<float> sums(kWidth);
        std::vector<float> enter(kWidth);
        std::vector<float> leave(kWidth);
        for (std::size_t x = 0; x < kWidth; ++x) {
            sums[x] = number(random) * static_cast<float>(inside);
            enter[x] = number(random);
            leave[x] = number(random);
        }
        for (const int kind : {0, 1, 2}) {
            std::vector<float> got = sums;
            std::vector<float> means(kWidth, -1);
            kernels_.slide(got.data(), kind == 1 ? nullptr : enter.data(), kind == 0 ? nullptr : leave.data(), inside,
                           kWidth, kind == 0 ? nullptr : means.data());
            for (std::size_t x = 0; x < kWidth; ++x) {
                float want = sums[x];
                if (kind != 1) want += enter[x];
                if (kind != 0) want -= leave[x];
                ASSERT_EQ(got[x], want);
                ASSERT_EQ(means[x], kind == 0 ? -1 : want / static_cast<float>(inside)) << inside << " inside";
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Available, PdqLevelTest, testing::ValuesIn(available_levels()), level_name);

}  // namespace
}  // namespace tutela::kernels
