#include "hash/picture_finder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <numeric>

namespace tutela::variants {

namespace {

// A part of a working image, in its pixels: from left and top up to right and bottom.
struct Cells {
    std::uint32_t left = 0;
    std::uint32_t top = 0;
    std::uint32_t right = 0;
    std::uint32_t bottom = 0;

    [[nodiscard]] std::uint32_t width() const noexcept { return right - left; }
    [[nodiscard]] std::uint32_t height() const noexcept { return bottom - top; }
};

enum class Axis : std::uint8_t { rows, columns };

// A row or a column of a part of the image.
class Line {
public:
    Line(const WorkingImage& image, const Cells& part, Axis axis, std::uint32_t at) noexcept
        : first_(axis == Axis::rows ? image.row(at) + part.left : image.row(part.top) + at),
          stride_(axis == Axis::rows ? 1 : image.width),
          count_(axis == Axis::rows ? part.width() : part.height()) {}

    [[nodiscard]] float operator[](std::size_t i) const noexcept { return first_[i * stride_]; }
    [[nodiscard]] std::size_t size() const noexcept { return count_; }

private:
    const float* first_;
    std::size_t stride_;
    std::size_t count_;
};

constexpr float kNear = 10;  // levels that JPEG noise on a plain surface does not pass

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

// How a border is told from the picture.
struct BorderRule {
    float tolerance;    // how far a pixel may stray from the border's level, at most
    std::uint32_t gap;  // lines that may break the border, such as writing on it, in parts of 100 of the side
};
constexpr BorderRule kExact{1.5F, 0};  // bars that were drawn, beside a picture that is dark or bright itself
constexpr BorderRule kPlain{kNear, 0};
constexpr BorderRule kWritten{kNear, 12};

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

bool empty(const Cells& part) noexcept {
    return part.right <= part.left || part.bottom <= part.top;
}

// Cuts the border off both ends of one axis. Empty when all of it is border.
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

// --- edges, to the pixel of the frame ---

float luma_at(const FrameView& frame, std::uint32_t x, std::uint32_t y) noexcept {
    const std::uint8_t* p = frame.row(y) + std::size_t{x} * bytes_per_pixel(frame.format);
    if (bytes_per_pixel(frame.format) == 1) return static_cast<float>(p[0]);
    const bool red_first = frame.format == PixelFormat::rgb24;
    return 0.299F * static_cast<float>(p[red_first ? 0 : 2]) + 0.587F * static_cast<float>(p[1]) +
           0.114F * static_cast<float>(p[red_first ? 2 : 0]);
}

// The place within `slack` pixels of `near` where the picture changes most from one line to the next, looking along the
// stretch from..to of the other axis.
double sharpest(const FrameView& frame, Axis axis, double near, double slack, double from, double to) noexcept {
    constexpr std::uint32_t kLooks = 256;
    const std::uint32_t side = axis == Axis::rows ? frame.height : frame.width;
    const auto low = static_cast<std::uint32_t>(std::clamp(near - slack, 1.0, static_cast<double>(side)));
    const auto high = static_cast<std::uint32_t>(std::clamp(near + slack, 1.0, static_cast<double>(side) - 1));
    double best = near;
    float most = 0;
    const double step = std::max((to - from) / kLooks, 1.0);
    const auto looks = static_cast<std::uint32_t>(std::max(std::ceil((to - from) / step - 0.5), 0.0));
    for (std::uint32_t line = low; line <= high; ++line) {
        float change = 0;
        for (std::uint32_t look = 0; look < looks; ++look) {
            const auto other = static_cast<std::uint32_t>(from + step * (look + 0.5));
            const float here = axis == Axis::rows ? luma_at(frame, other, line) : luma_at(frame, line, other);
            const float before = axis == Axis::rows ? luma_at(frame, other, line - 1) : luma_at(frame, line - 1, other);
            change += std::abs(here - before);
        }
        if (change > most) {
            most = change;
            best = line;
        }
    }
    return best;
}

class Boxes {
public:
    Boxes(const FrameView& frame, const WorkingImage& image, std::size_t most)
        : frame_(frame), image_(image), most_(most) {}

    // Adds the part, with its edges put where the frame has them, unless it is small, or like one that is there.
    void add(const Cells& part) {
        const double step_x = image_.step_x;
        const double step_y = image_.step_y;
        Box box{part.left * step_x, part.top * step_y, std::min(part.right * step_x, double(frame_.width)),
                std::min(part.bottom * step_y, double(frame_.height))};
        if (!wanted(box)) return;
        const Box rough = box;
        const double inset_x = rough.width() / 16;
        const double inset_y = rough.height() / 16;
        if (part.left > 0) box.left = edge(Axis::columns, rough.left, rough.top + inset_y, rough.bottom - inset_y);
        if (part.right < image_.width)
            box.right = edge(Axis::columns, rough.right, rough.top + inset_y, rough.bottom - inset_y);
        if (part.top > 0) box.top = edge(Axis::rows, rough.top, rough.left + inset_x, rough.right - inset_x);
        if (part.bottom < image_.height)
            box.bottom = edge(Axis::rows, rough.bottom, rough.left + inset_x, rough.right - inset_x);
        if (wanted(box)) boxes_.push_back(box);
    }

    [[nodiscard]] std::vector<Box> take() && { return std::move(boxes_); }

private:
    [[nodiscard]] double edge(Axis axis, double near, double from, double to) const noexcept {
        const double step = axis == Axis::rows ? image_.step_y : image_.step_x;
        return sharpest(frame_, axis, near, 1.5 * step, from, to);
    }

    [[nodiscard]] bool wanted(const Box& box) const noexcept {
        if (boxes_.size() >= most_) return false;
        if (box.width() < std::max(frame_.width / 10.0, 32.0) || box.height() < std::max(frame_.height / 10.0, 32.0))
            return false;
        if (alike(box, {0, 0, double(frame_.width), double(frame_.height)})) return false;
        return std::none_of(boxes_.begin(), boxes_.end(), [&](const Box& other) { return alike(box, other); });
    }

    [[nodiscard]] bool alike(const Box& a, const Box& b) const noexcept {
        const double x = b.width() / 250;
        const double y = b.height() / 250;
        return std::abs(a.left - b.left) <= x && std::abs(a.right - b.right) <= x && std::abs(a.top - b.top) <= y &&
               std::abs(a.bottom - b.bottom) <= y;
    }

    const FrameView& frame_;
    const WorkingImage& image_;
    std::size_t most_;
    std::vector<Box> boxes_;
};

Cells whole(const WorkingImage& image) noexcept {
    return {0, 0, image.width, image.height};
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

// What may be left when borders are cut off: on all sides, or on some.
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

// --- lines right across the picture ---

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

// --- blocks of picture on a plain ground ---

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

// --- islands: what is not of the ground's level, as connected pieces ---

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

}  // namespace

std::vector<Box> find_trimmed(const FrameView& frame, const WorkingImage& image) {
    Boxes boxes(frame, image, kMaxTrimBoxes);
    if (image.width < 32 || image.height < 32) return {};
    for (const BorderRule& rule : {kPlain, kExact, kWritten})
        add_bordered(image, rule, boxes);
    add_banded(image, boxes);
    return std::move(boxes).take();
}

std::vector<Box> find_regions(const FrameView& frame, const WorkingImage& image) {
    Boxes boxes(frame, image, kMaxRegionBoxes);
    if (image.width < 32 || image.height < 32) return {};
    add_grid(image, boxes);
    add_blocks(image, whole(image), Axis::rows, 4, boxes);
    add_blocks(image, whole(image), Axis::columns, 4, boxes);
    add_islands(image, boxes);
    return std::move(boxes).take();
}

}  // namespace tutela::variants
