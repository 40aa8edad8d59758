#include "hash/picture_borders.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace tutela::variants {

namespace {

// The level of a border's outermost line, and how far from it a pixel may stray and still be border.
struct Ground {
    float level = 0;
    float tolerance = 0;
};

Ground ground_of(const Line& line) {
    std::vector<float> values(line.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = line[i];
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    Ground ground;
    ground.level = *middle;
    for (float& v : values)
        v = std::abs(v - ground.level);
    const auto most = values.begin() + static_cast<std::ptrdiff_t>(values.size() * 9 / 10);
    std::nth_element(values.begin(), most, values.end());
    ground.tolerance = std::min(2 * *most + 3, kNear);
    return ground;
}

float share_of(const Line& line, const Ground& ground) noexcept {
    std::size_t near = 0;
    for (std::size_t i = 0; i < line.size(); ++i)
        near += std::abs(line[i] - ground.level) <= ground.tolerance ? 1 : 0;
    return static_cast<float>(near) / static_cast<float>(line.size());
}

// How many lines from one side are of the ground that the outermost one shows, up to the last such line.
std::uint32_t plain_lines(const WorkingImage& image, const Cells& part, Axis axis, bool from_end,
                          const BorderRule& rule) {
    const std::uint32_t low = axis == Axis::rows ? part.top : part.left;
    const std::uint32_t high = axis == Axis::rows ? part.bottom : part.right;
    const std::uint32_t count = high - low;
    const auto at = [&](std::uint32_t i) { return Line(image, part, axis, from_end ? high - 1 - i : low + i); };
    Ground ground = ground_of(at(0));
    ground.tolerance = std::min(ground.tolerance, rule.tolerance);
    const std::uint32_t gap = count * rule.gap / 100;
    std::uint32_t lines = 0;
    for (std::uint32_t i = 0; i < count && i <= lines + gap; ++i) {
        if (share_of(at(i), ground) >= 0.97F) lines = i + 1;
    }
    return lines;
}

// Bars of equal width on opposite sides: the narrower of each two is taken for both.
Cells evened(const WorkingImage& image, const Cells& part) noexcept {
    const std::uint32_t x = std::min(part.left, image.width - part.right);
    const std::uint32_t y = std::min(part.top, image.height - part.bottom);
    return {x, y, image.width - x, image.height - y};
}

// A frame of the same width all around, in pixels and in shares of the side: the narrowest margin is taken.
Cells framed(const WorkingImage& image, const Cells& part) noexcept {
    const std::uint32_t x = std::min(part.left, image.width - part.right) * image.step_x;
    const std::uint32_t y = std::min(part.top, image.height - part.bottom) * image.step_y;
    const std::uint32_t least = std::min(x, y);
    return {least / image.step_x, least / image.step_y, image.width - least / image.step_x,
            image.height - least / image.step_y};
}

}  // namespace

Cells cut(const WorkingImage& image, Cells part, Axis axis, const BorderRule& rule) {
    if (empty(part)) return {};
    std::uint32_t& low = axis == Axis::rows ? part.top : part.left;
    std::uint32_t& high = axis == Axis::rows ? part.bottom : part.right;
    const std::uint32_t before = plain_lines(image, part, axis, false, rule);
    const std::uint32_t after = plain_lines(image, part, axis, true, rule);
    if (before + after >= high - low) return {};
    low += before;
    high -= after;
    return part;
}

void add_bordered(const WorkingImage& image, const BorderRule& rule, Boxes& boxes) {
    const auto add = [&](const Cells& part) {
        if (!empty(part)) boxes.add(part);
    };
    const Cells all = whole(image);
    const Cells rows = cut(image, all, Axis::rows, rule);
    const Cells columns = cut(image, all, Axis::columns, rule);
    const Cells both = cut(image, rows, Axis::columns, rule);
    add(both);
    if (rule.gap == 0) {
        if (!empty(both)) {
            add(evened(image, both));
            add(framed(image, both));
        }
        add(rows);
        add(columns);
        add(cut(image, cut(image, both, Axis::rows, rule), Axis::columns, rule));  // a frame within a frame
    } else if (!empty(rows)) {
        add({all.left, rows.top, all.right, all.bottom});
        add({all.left, all.top, all.right, rows.bottom});
    }
}

}  // namespace tutela::variants
