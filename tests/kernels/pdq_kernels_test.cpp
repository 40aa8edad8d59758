// The loops of PDQ: every level against sums written out, bit for bit, in buffers of exactly the size that is promised.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
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

INSTANTIATE_TEST_SUITE_P(Available, PdqLevelTest, testing::ValuesIn(available_levels()), level_name);

}  // namespace
}  // namespace tutela::kernels
