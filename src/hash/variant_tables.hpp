// The fixed guesses: how much was cropped, by how much it was turned.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace tutela::variants {

// How much of the stored picture was cut off on each side, in percent of its whole width or height.
struct Pad {
    double left = 0;
    double top = 0;
    double right = 0;
    double bottom = 0;
};

// Likeliest first.
std::span<const Pad> pads() noexcept;
// "pad_left_5", "pad_all_2.5", "pad_left_4_top_1_right_1_bottom_4"; empty for a number that is none.
std::string pad_name(std::size_t step);

// How a turned picture was fitted into its frame.
enum class Fit : std::uint8_t {
    same,    // the frame kept its size; the corners were cut off
    inside,  // what the corners left empty was cut away
    around,  // the frame grew until all fitted in
};

struct Turn {
    double degrees = 0;  // counter-clockwise
    Fit fit = Fit::same;
};

std::span<const Turn> turns() noexcept;
// "rotate_-2_inside"; empty for a number that is none.
std::string turn_name(std::size_t step);

}  // namespace tutela::variants
