#include "hash/picture_blocks.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tutela::variants {

namespace {

float share_near(const Line& line, float level) noexcept {
    std::size_t near = 0;
    for (std::size_t i = 0; i < line.size(); ++i)
        near += std::abs(line[i] - level) <= kNear ? 1 : 0;
    return static_cast<float>(near) / static_cast<float>(line.size());
}

struct Dominant {
    float level = 0;
    float share = 0;  // of the line, within kNear of it
};

// The commonest level of a line.
Dominant dominant(const Line& line) noexcept {
    std::array<std::uint16_t, 64> bins{};
    for (std::size_t i = 0; i < line.size(); ++i)
        ++bins[static_cast<std::size_t>(std::clamp(line[i], 0.0F, 255.0F)) / 4];
    std::size_t best = 0;
    unsigned most = 0;
    for (std::size_t b = 0; b < bins.size(); ++b) {
        const unsigned here = bins[b] + (b > 0 ? bins[b - 1] : 0U) + (b + 1 < bins.size() ? bins[b + 1] : 0U);
        if (here > most) {
            most = here;
            best = b;
        }
    }
    const float level = 4 * static_cast<float>(best) + 2;
    return {level, share_near(line, level)};
}

// Runs of lines that are full of picture, none of them mostly of one level; gaps of a few lines are bridged.
std::vector<std::pair<std::uint32_t, std::uint32_t>> full_runs(const WorkingImage& image, const Cells& part,
                                                               Axis axis) {
    const std::uint32_t low = axis == Axis::rows ? part.top : part.left;
    const std::uint32_t high = axis == Axis::rows ? part.bottom : part.right;
    const std::uint32_t least = std::max((axis == Axis::rows ? image.height : image.width) / 10, 8U);
    const std::uint32_t bridge = (high - low) / 100;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> runs;
    std::uint32_t start = low;
    std::uint32_t end = low;  // of the current run
    for (std::uint32_t at = low; at < high; ++at) {
        if (dominant(Line(image, part, axis, at)).share >= 0.6F) continue;
        if (at > end + bridge || end == start) {
            if (end - start >= least) runs.emplace_back(start, end);
            start = at;
        }
        end = at + 1;
    }
    if (end - start >= least) runs.emplace_back(start, end);
    return runs;
}

struct Island {
    Cells bounds;
    std::uint32_t area = 0;
};

class Islands {
public:
    explicit Islands(const WorkingImage& image) : image_(image), open_(image.luma.size()) {}

    // The pieces that are not within kNear of `level`.
    std::vector<Island> find(float level) {
        for (std::size_t i = 0; i < open_.size(); ++i)
            open_[i] = std::abs(image_.luma[i] - level) > kNear ? 1 : 0;
        std::vector<Island> islands;
        for (std::uint32_t i = 0; i < open_.size(); ++i) {
            if (open_[i] != 0) islands.push_back(flood(i));
        }
        return islands;
    }

private:
    Island flood(std::uint32_t start) {
        Island island;
        island.bounds = {image_.width, image_.height, 0, 0};
        queue_.assign(1, start);
        open_[start] = 0;
        while (!queue_.empty()) {
            const std::uint32_t at = queue_.back();
            queue_.pop_back();
            const std::uint32_t x = at % image_.width;
            const std::uint32_t y = at / image_.width;
            ++island.area;
            Cells& b = island.bounds;
            b = {std::min(b.left, x), std::min(b.top, y), std::max(b.right, x + 1), std::max(b.bottom, y + 1)};
            if (x > 0) visit(at - 1);
            if (x + 1 < image_.width) visit(at + 1);
            if (y > 0) visit(at - image_.width);
            if (y + 1 < image_.height) visit(at + image_.width);
        }
        return island;
    }

    void visit(std::uint32_t at) {
        if (open_[at] == 0) return;
        open_[at] = 0;
        queue_.push_back(at);
    }

    const WorkingImage& image_;
    std::vector<std::uint8_t> open_;
    std::vector<std::uint32_t> queue_;
};

}  // namespace

void add_blocks(const WorkingImage& image, const Cells& part, Axis axis, int depth, Boxes& boxes) {
    const auto runs = full_runs(image, part, axis);
    for (const auto& [low, high] : runs) {
        Cells inner = part;
        (axis == Axis::rows ? inner.top : inner.left) = low;
        (axis == Axis::rows ? inner.bottom : inner.right) = high;
        const bool same = inner.width() == part.width() && inner.height() == part.height();
        if (depth == 0 || (same && depth < 4)) {
            boxes.add(inner);
        } else {
            add_blocks(image, inner, axis == Axis::rows ? Axis::columns : Axis::rows, depth - 1, boxes);
        }
    }
}

void add_islands(const WorkingImage& image, Boxes& boxes) {
    // The ground: the commonest level of the outermost lines' neighbourhood and of the whole.
    std::array<std::uint32_t, 64> bins{};
    for (const float v : image.luma)
        ++bins[static_cast<std::size_t>(std::clamp(v, 0.0F, 255.0F)) / 4];
    const auto most = static_cast<std::size_t>(std::max_element(bins.begin(), bins.end()) - bins.begin());
    if (std::size_t{bins[most]} * 10 < image.luma.size()) return;
    Islands islands(image);
    std::vector<Island> found = islands.find(4 * static_cast<float>(most) + 2);
    const std::size_t least = image.luma.size() / 25;
    std::erase_if(found, [&](const Island& island) {
        const std::size_t bounds = std::size_t{island.bounds.width()} * island.bounds.height();
        return bounds < least || std::size_t{island.area} * 10 < bounds * 6;
    });
    std::stable_sort(found.begin(), found.end(), [](const Island& a, const Island& b) { return a.area > b.area; });
    for (const Island& island : found)
        boxes.add(island.bounds);
}

}  // namespace tutela::variants
