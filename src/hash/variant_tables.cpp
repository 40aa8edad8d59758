#include "hash/variant_tables.hpp"

#include <array>
#include <string_view>

namespace tutela::variants {

namespace {

enum class Sides : std::uint8_t { all, left, top, right, bottom, across, down, left_top, right_top, left_bottom, right_bottom };

struct PadStep {
    Sides sides;
    double percent;
};

constexpr std::array kPadSteps = {
    PadStep{Sides::all, 5},           PadStep{Sides::left, 5},         PadStep{Sides::right, 5},
    PadStep{Sides::top, 5},           PadStep{Sides::bottom, 5},       PadStep{Sides::all, 2.5},
    PadStep{Sides::all, 7.5},         PadStep{Sides::all, 10},         PadStep{Sides::all, 12.5},
    PadStep{Sides::left, 2.5},        PadStep{Sides::right, 2.5},      PadStep{Sides::top, 2.5},
    PadStep{Sides::bottom, 2.5},      PadStep{Sides::left, 7.5},       PadStep{Sides::right, 7.5},
    PadStep{Sides::top, 7.5},         PadStep{Sides::bottom, 7.5},     PadStep{Sides::left, 10},
    PadStep{Sides::right, 10},        PadStep{Sides::top, 10},         PadStep{Sides::bottom, 10},
    PadStep{Sides::across, 5},        PadStep{Sides::down, 5},         PadStep{Sides::across, 10},
    PadStep{Sides::down, 10},         PadStep{Sides::left_top, 5},     PadStep{Sides::right_top, 5},
    PadStep{Sides::left_bottom, 5},   PadStep{Sides::right_bottom, 5},
};

constexpr std::string_view side_name(Sides sides) noexcept {
    switch (sides) {
        case Sides::all: return "all";
        case Sides::left: return "left";
        case Sides::top: return "top";
        case Sides::right: return "right";
        case Sides::bottom: return "bottom";
        case Sides::across: return "across";
        case Sides::down: return "down";
        case Sides::left_top: return "left_top";
        case Sides::right_top: return "right_top";
        case Sides::left_bottom: return "left_bottom";
        case Sides::right_bottom: return "right_bottom";
    }
    return {};
}

constexpr Pad pad_of(const PadStep& step) noexcept {
    const double p = step.percent / 100;
    switch (step.sides) {
        case Sides::all: return {p, p, p, p};
        case Sides::left: return {p, 0, 0, 0};
        case Sides::top: return {0, p, 0, 0};
        case Sides::right: return {0, 0, p, 0};
        case Sides::bottom: return {0, 0, 0, p};
        case Sides::across: return {p, 0, p, 0};
        case Sides::down: return {0, p, 0, p};
        case Sides::left_top: return {p, p, 0, 0};
        case Sides::right_top: return {0, p, p, 0};
        case Sides::left_bottom: return {p, 0, 0, p};
        case Sides::right_bottom: return {0, 0, p, p};
    }
    return {};
}

template <std::size_t... I>
constexpr std::array<Pad, sizeof...(I)> make_pads(std::index_sequence<I...>) noexcept {
    return {pad_of(kPadSteps[I])...};
}

constexpr auto kPads = make_pads(std::make_index_sequence<kPadSteps.size()>());

constexpr std::array<double, 10> kDegrees = {1, -1, 2, -2, 3, -3, 4, -4, 5, -5};
constexpr std::array<Fit, 3> kFits = {Fit::same, Fit::inside, Fit::around};

template <std::size_t... I>
constexpr std::array<Turn, sizeof...(I)> make_turns(std::index_sequence<I...>) noexcept {
    return {Turn{kDegrees[I / kFits.size()], kFits[I % kFits.size()]}...};
}

constexpr auto kTurns = make_turns(std::make_index_sequence<kDegrees.size() * kFits.size()>());

// Without a fraction that is zero.
std::string percent_text(double percent) {
    const int tenths = static_cast<int>(percent * 10 + 0.5);
    std::string text = std::to_string(tenths / 10);
    if (tenths % 10 != 0) text += "." + std::to_string(tenths % 10);
    return text;
}

}  // namespace

std::span<const Pad> pads() noexcept {
    return kPads;
}

std::string pad_name(std::size_t step) {
    if (step >= kPadSteps.size()) return {};
    return "pad_" + std::string(side_name(kPadSteps[step].sides)) + "_" + percent_text(kPadSteps[step].percent);
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
