#include "hash/picture_seams.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "hash/picture_borders.hpp"

namespace tutela::variants {

namespace {

// How much one pixel says about a change at most: a seam is many small steps, not a few large ones.
constexpr float kMostStep = 40;

void add_steps(const float* from, const float* to, std::size_t count, float* sums) noexcept {
    for (std::size_t i = 0; i < count; ++i)
        sums[i] += std::min(std::abs(to[i] - from[i]), kMostStep);
}

// The mean step from each line of a part to the next; that to line i is element i, and element 0 is 0.
std::vector<float> steps(const WorkingImage& image, const Cells& part, Axis axis) {
    const std::size_t width = part.width();
    std::vector<float> sums(width, 0);
    if (axis == Axis::columns) {
        for (std::uint32_t y = part.top; y < part.bottom; ++y) {
            const float* row = image.row(y) + part.left;
            add_steps(row, row + 1, width - 1, sums.data() + 1);
        }
        for (float& sum : sums)
            sum /= static_cast<float>(part.height());
        return sums;
    }
    std::vector<float> change(part.height(), 0);
    for (std::uint32_t y = part.top + 1; y < part.bottom; ++y) {
        std::fill(sums.begin(), sums.end(), 0.0F);
        add_steps(image.row(y - 1) + part.left, image.row(y) + part.left, width, sums.data());
        change[y - part.top] = std::accumulate(sums.begin(), sums.end(), 0.0F) / static_cast<float>(width);
    }
    return change;
}

// For each place between two lines of a part, how much more the picture changes there than around it.
std::vector<float> seams(const WorkingImage& image, const Cells& part, Axis axis) {
    const std::vector<float> change = steps(image, part, axis);
    const std::size_t count = change.size();
    std::vector<float> strength(count, 0);
    constexpr std::size_t kAround = 12;
    std::vector<float> around;
    for (std::size_t i = 2; i + 2 < count; ++i) {
        around.clear();
        for (std::size_t j = i > kAround ? i - kAround : 1; j < std::min(count, i + kAround + 1); ++j) {
            if (j + 2 < i || j > i + 2) around.push_back(change[j]);
        }
        const auto middle = around.begin() + static_cast<std::ptrdiff_t>(around.size() / 2);
        std::nth_element(around.begin(), middle, around.end());
        // A seam may fall within a working pixel: then two neighbouring places share it.
        const float here = std::max(change[i] + std::max(change[i - 1], change[i + 1]) - *middle, change[i]);
        strength[i] = change[i] >= change[i - 1] && change[i] >= change[i + 1] ? here / (*middle + 1.0F) : 0;
    }
    return strength;
}

struct Pair {
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    float strength = 0;
};

// The strongest pairs of seams at equal distance from the two sides.
std::vector<Pair> even_pairs(const std::vector<float>& strength, std::size_t most) {
    std::vector<Pair> pairs;
    const auto count = static_cast<std::uint32_t>(strength.size());
    const auto strongest_near = [&](std::uint32_t at) {
        std::uint32_t best = at;
        for (std::uint32_t i = at > 2 ? at - 2 : 0; i <= std::min(at + 2, count - 1); ++i) {
            if (strength[i] > strength[best]) best = i;
        }
        return best;
    };
    for (std::uint32_t low = count / 32; low < count * 15 / 32; ++low) {
        if (strength[low] <= 0) continue;
        const std::uint32_t high = strongest_near(count - low);
        const float both = std::min(strength[low], strength[high]);
        if (both >= 1.5F) pairs.push_back({low, high, both});
    }
    std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) {
        return a.strength != b.strength ? a.strength > b.strength : a.low < b.low;
    });
    if (pairs.size() > most) pairs.resize(most);
    return pairs;
}

// Where two pictures meet, in the middle of the image: at a line, or at both sides of a gap.
struct Joint {
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    bool found = false;
};

Joint joint(const WorkingImage& image, const Cells& part, Axis axis) {
    const std::uint32_t start = axis == Axis::rows ? part.top : part.left;
    const std::vector<float> strength = seams(image, part, axis);
    const auto count = static_cast<std::uint32_t>(strength.size());
    const std::uint32_t around = count / 24 + 1;
    const std::uint32_t from = count / 2 - around;
    const std::uint32_t to = std::min(count / 2 + around, count - 1);
    std::uint32_t best = from;
    for (std::uint32_t i = from; i <= to; ++i) {
        if (strength[i] > strength[best]) best = i;
    }
    if (strength[best] < 1.0F) return {};
    // The other side of a gap lies as far from the middle.
    std::uint32_t other = best;
    for (std::uint32_t i = from; i <= to; ++i) {
        const std::uint32_t sum = i + best;
        if (i == best || sum + 2 < count || sum > count + 2) continue;
        if (strength[i] >= strength[best] / 3 && (other == best || strength[i] > strength[other])) other = i;
    }
    return {start + std::min(best, other), start + std::max(best, other), true};
}

}  // namespace

void add_banded(const WorkingImage& image, Boxes& boxes) {
    for (const Axis axis : {Axis::rows, Axis::columns}) {
        const Cells all = whole(image);
        for (const Pair& pair : even_pairs(seams(image, all, axis), 2)) {
            Cells part = all;
            (axis == Axis::rows ? part.top : part.left) = pair.low;
            (axis == Axis::rows ? part.bottom : part.right) = pair.high;
            boxes.add(part);
        }
    }
}

void add_grid(const WorkingImage& image, Boxes& boxes) {
    Cells all = cut(image, cut(image, whole(image), Axis::rows, kPlain), Axis::columns, kPlain);
    if (all.width() < image.width / 2 || all.height() < image.height / 2) all = whole(image);
    const Joint x = joint(image, all, Axis::columns);
    const Joint y = joint(image, all, Axis::rows);
    if (x.found && y.found) {
        boxes.add({all.left, all.top, x.low, y.low});
        boxes.add({x.high, all.top, all.right, y.low});
        boxes.add({all.left, y.high, x.low, all.bottom});
        boxes.add({x.high, y.high, all.right, all.bottom});
    }
    if (x.found) {
        boxes.add({all.left, all.top, x.low, all.bottom});
        boxes.add({x.high, all.top, all.right, all.bottom});
    }
    if (y.found) {
        boxes.add({all.left, all.top, all.right, y.low});
        boxes.add({all.left, y.high, all.right, all.bottom});
    }
}

}  // namespace tutela::variants
