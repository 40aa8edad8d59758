// The box filter of PDQ in the reference's order of float operations, for vectors of any size. Layer: kernels.
//
// Included as pdq_loops.hpp is. A running sum along a row cannot be split, but many rows can be summed side by side: a
// vector holds one column of as many rows as it has lanes, so rows are transposed, summed, and transposed back.
//
// Machine::divide(sums, count, reciprocal) gives sums / count, correctly rounded.
#pragma once

#include "kernels/pdq_kernels.hpp"
#include "kernels/pdq_loops.hpp"

namespace tutela::kernels {

template <int... Lane>
struct Lanes {};

template <int Count, int... Lane>
struct FirstLanes : FirstLanes<Count - 1, Count - 1, Lane...> {};
template <int... Lane>
struct FirstLanes<0, Lane...> {
    using Type = Lanes<Lane...>;
};

// Swaps the off-diagonal quarters of a square of 2 Half rows and columns, wherever such squares lie side by side.
template <int Half, typename Floats, int... Lane>
inline void exchange(Floats& a, Floats& b, Lanes<Lane...> /*all*/) noexcept {
    constexpr int kLanes = sizeof...(Lane);
    const Floats first = __builtin_shufflevector(a, b, ((Lane & Half) != 0 ? kLanes + Lane - Half : Lane)...);
    b = __builtin_shufflevector(a, b, ((Lane & Half) != 0 ? kLanes + Lane : Lane + Half)...);
    a = first;
}

template <int Half, typename Floats, int Count>
inline void transpose_from(Floats (&square)[Count]) noexcept {
    if constexpr (Half > 0) {
        for (int i = 0; i < Count; ++i) {
            if ((i & Half) == 0) exchange<Half>(square[i], square[i + Half], typename FirstLanes<Count>::Type());
        }
        transpose_from<Half / 2>(square);
    }
}

template <typename Machine, std::size_t Pixel, std::size_t Red, std::size_t Green, std::size_t Blue>
void colour_luma(const std::uint8_t* row, std::size_t width, float* luma) noexcept {
    for (std::size_t x = 0; x < width; ++x) {
        const float red = 0.299F * static_cast<float>(row[x * Pixel + Red]);
        const float green = 0.587F * static_cast<float>(row[x * Pixel + Green]);
        const float blue = 0.114F * static_cast<float>(row[x * Pixel + Blue]);
        luma[x] = (red + green) + blue;
    }
}

template <typename Machine>
void luma_loop(const std::uint8_t* row, std::size_t width, PdqPixels pixels, float* luma) noexcept {
    switch (pixels) {
        case PdqPixels::gray:
            for (std::size_t x = 0; x < width; ++x)
                luma[x] = static_cast<float>(row[x]);
            break;
        case PdqPixels::limited:
            for (std::size_t x = 0; x < width; ++x) {
                const int above = row[x] < 16 ? 0 : row[x] - 16;
                luma[x] = static_cast<float>(above < 219 ? above : 219) * 255.0F / 219.0F;
            }
            break;
        case PdqPixels::rgb: colour_luma<Machine, 3, 0, 1, 2>(row, width, luma); break;
        case PdqPixels::bgr: colour_luma<Machine, 3, 2, 1, 0>(row, width, luma); break;
        case PdqPixels::bgra: colour_luma<Machine, 4, 2, 1, 0>(row, width, luma); break;
    }
}

// As many rows as a vector has lanes, column by column.
template <typename Machine>
class Band {
public:
    using Floats = typename Vector<Machine, float>::Type;
    static constexpr std::size_t kRows = Vector<Machine, float>::kLanes;

    // `columns` has room for the width rounded up to kRows, and so have the rows.
    static void transpose_in(const float* rows, std::size_t stride, std::size_t width, float* columns) noexcept {
        for (std::size_t x = 0; x < width; x += kRows) {
            Floats square[kRows];
            for (std::size_t i = 0; i < kRows; ++i)
                Vector<Machine, float>::load(rows + i * stride + x, square[i]);
            transpose_from<kRows / 2>(square);
            for (std::size_t i = 0; i < kRows; ++i)
                Vector<Machine, float>::store(square[i], columns + (x + i) * kRows);
        }
    }

    static void load(const float* columns, std::size_t x, Floats& values) noexcept {
        Vector<Machine, float>::load(columns + x * kRows, values);
    }
};

// Runs along a band and hands every mean to `take`(place, means), in order.
template <typename Machine, typename Take>
inline void box_along(const float* columns, const PdqBox& box, const Take& take) noexcept {
    using Floats = typename Band<Machine>::Floats;
    Floats sums = {};
    Floats value;
    std::size_t inside = 0;
    const auto enter = [&](std::size_t x) {
        Band<Machine>::load(columns, x, value);
        sums += value;
        ++inside;
    };
    const auto leave = [&](std::size_t x) {
        Band<Machine>::load(columns, x, value);
        sums -= value;
        --inside;
    };
    const auto give = [&](std::size_t x, float count, float reciprocal) {
        Floats means;
        Machine::divide(sums, count, reciprocal, means);
        take(x, means);
    };
    const auto give_here = [&](std::size_t x) {
        const auto count = static_cast<float>(inside);
        give(x, count, 1.0F / count);
    };
    for (std::size_t x = 0; x < box.ahead; ++x)
        enter(x);
    std::size_t x = 0;
    for (; x <= box.behind; ++x) {
        if (x + box.ahead < box.side) enter(x + box.ahead);
        give_here(x);
    }
    const auto count = static_cast<float>(box.ahead + box.behind + 1);
    const float reciprocal = 1.0F / count;
    for (; x + box.ahead < box.side; ++x) {
        enter(x + box.ahead);
        leave(x - box.behind - 1);
        give(x, count, reciprocal);
    }
    for (; x < box.side; ++x) {
        leave(x - box.behind - 1);
        give_here(x);
    }
}

template <typename Machine>
void box_rows_loop(const float* rows, std::size_t stride, const PdqBox& box, float* columns, float* out) noexcept {
    using Floats = typename Band<Machine>::Floats;
    constexpr std::size_t kRows = Band<Machine>::kRows;
    for (std::size_t row = 0; row < kPdqBand; row += kRows) {
        Band<Machine>::transpose_in(rows + row * stride, stride, box.side, columns);
        Floats square[kRows] = {};
        float* to = out + row * stride;
        const auto flush = [&](std::size_t x) {
            transpose_from<kRows / 2>(square);
            for (std::size_t i = 0; i < kRows; ++i)
                Vector<Machine, float>::store(square[i], to + i * stride + x);
        };
        box_along<Machine>(columns, box, [&](std::size_t x, const Floats& means) {
            square[x % kRows] = means;
            if (x % kRows == kRows - 1) flush(x - (kRows - 1));
        });
        if (box.side % kRows != 0) flush(box.side / kRows * kRows);
    }
}

template <typename Machine>
void box_rows_at_loop(const float* rows, std::size_t stride, const PdqBox& box, const std::uint32_t* places,
                      float* columns, float* out) noexcept {
    using Floats = typename Band<Machine>::Floats;
    constexpr std::size_t kRows = Band<Machine>::kRows;
    for (std::size_t row = 0; row < kPdqBand; row += kRows) {
        Band<Machine>::transpose_in(rows + row * stride, stride, box.side, columns);
        std::size_t k = 0;
        box_along<Machine>(columns, box, [&](std::size_t x, const Floats& means) {
            for (; k < kPdqSide && places[k] == x; ++k) {
                for (std::size_t i = 0; i < kRows; ++i)
                    out[(row + i) * kPdqSide + k] = means[i];
            }
        });
    }
}

template <typename Machine>
void slide_loop(float* sums, const float* enter, const float* leave, std::size_t inside, std::size_t width,
                float* out) noexcept {
    using Floats = typename Vector<Machine, float>::Type;
    constexpr std::size_t kLanes = Vector<Machine, float>::kLanes;
    const auto count = static_cast<float>(inside);
    const float reciprocal = 1.0F / count;
    for (std::size_t x = 0; x < width; x += kLanes) {
        Floats sum;
        Floats value;
        Vector<Machine, float>::load(sums + x, sum);
        if (enter != nullptr) {
            Vector<Machine, float>::load(enter + x, value);
            sum += value;
        }
        if (leave != nullptr) {
            Vector<Machine, float>::load(leave + x, value);
            sum -= value;
        }
        Vector<Machine, float>::store(sum, sums + x);
        if (out != nullptr) {
            Machine::divide(sum, count, reciprocal, value);
            Vector<Machine, float>::store(value, out + x);
        }
    }
}

}  // namespace tutela::kernels
