#include "hash/variant_tables.hpp"

#include <array>
#include <cmath>
#include <string_view>

namespace tutela::variants {

namespace {

// In percent. Whatever is cut off at random comes near one of these.
constexpr std::array kPads = {
    Pad{2.5, 2.5, 2.5, 2.5}, Pad{5, 0, 0, 0},         Pad{0, 5, 0, 0},         Pad{0, 0, 5, 0},
    Pad{0, 0, 0, 5},         Pad{5, 5, 5, 5},         Pad{7.5, 7.5, 7.5, 7.5}, Pad{10, 10, 10, 10},
    Pad{2.5, 0, 0, 0},       Pad{0, 2.5, 0, 0},       Pad{0, 0, 2.5, 0},       Pad{0, 0, 0, 2.5},
    Pad{10, 0, 0, 0},        Pad{0, 10, 0, 0},        Pad{0, 0, 10, 0},        Pad{0, 0, 0, 10},
    Pad{15, 0, 0, 0},        Pad{0, 15, 0, 0},        Pad{0, 0, 15, 0},        Pad{0, 0, 0, 15},
    Pad{5, 0, 5, 0},         Pad{0, 5, 0, 5},         Pad{12.5, 0, 12.5, 0},   Pad{0, 12.5, 0, 12.5},
    Pad{16.5, 0, 16.5, 0},   Pad{0, 16.5, 0, 16.5},   Pad{4, 4, 1, 1},         Pad{1, 4, 4, 1},
    Pad{4, 1, 1, 4},         Pad{1, 1, 4, 4},         Pad{2.5, 4, 2.5, 1},     Pad{2.5, 1, 2.5, 4},
    Pad{4, 2.5, 1, 2.5},     Pad{1, 2.5, 4, 2.5},     Pad{7.5, 7.5, 2.5, 2.5}, Pad{2.5, 7.5, 7.5, 2.5},
    Pad{7.5, 2.5, 2.5, 7.5}, Pad{2.5, 2.5, 7.5, 7.5},
};

constexpr std::array<double, 10> kDegrees = {1, -1, 2, -2, 3, -3, 4, -4, 5, -5};
constexpr std::array<Fit, 3> kFits = {Fit::same, Fit::inside, Fit::around};

template <std::size_t... I>
constexpr std::array<Turn, sizeof...(I)> make_turns(std::index_sequence<I...>) noexcept {
    return {Turn{kDegrees[I / kFits.size()], kFits[I % kFits.size()]}...};
}

constexpr auto kTurns = make_turns(std::make_index_sequence<kDegrees.size() * kFits.size()>());

// Without a fraction that is zero.
std::string percent_text(double percent) {
    const int tenths = static_cast<int>(std::lround(percent * 10));
    std::string text = std::to_string(tenths / 10);
    if (tenths % 10 != 0) {
        text += '.';
        text += static_cast<char>('0' + tenths % 10);
    }
    return text;
}

}  // namespace

std::span<const Pad> pads() noexcept {
    return kPads;
}

std::string pad_name(std::size_t step) {
    if (step >= kPads.size()) return {};
    const Pad& pad = kPads[step];
    if (pad.left == pad.top && pad.left == pad.right && pad.left == pad.bottom)
        return "pad_all_" + percent_text(pad.left);
    std::string name = "pad";
    const auto add = [&](std::string_view side, double percent) {
        if (percent == 0) return;
        name += side;
        name += percent_text(percent);
    };
    add("_left_", pad.left);
    add("_top_", pad.top);
    add("_right_", pad.right);
    add("_bottom_", pad.bottom);
    return name;
}

std::span<const Turn> turns() noexcept {
    return kTurns;
}

std::string turn_name(std::size_t step) {
    if (step >= kTurns.size()) return {};
    std::string name = "rotate_" + std::to_string(static_cast<int>(kTurns[step].degrees));
    switch (kTurns[step].fit) {
        case Fit::same: return name;
        case Fit::inside: return name + "_inside";
        case Fit::around: return name + "_around";
    }
    return {};
}

}  // namespace tutela::variants
