// A progress bar on a terminal's last line.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "tutela/scan.hpp"

namespace tutela::cli {

// The bar as text, at most `width` columns: the sums first, then as much of rates, time left and bar as fits.
std::string progress_line(const ScanProgress& progress, double seconds, std::size_t width);

// Draws on standard error at most ten times a second. For one thread at a time.
class ProgressBar {
public:
    explicit ProgressBar(bool enabled);
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;
    // Leaves an empty line.
    ~ProgressBar();

    void show(const ScanProgress& progress);
    // Clears the line, so that something else can be written there; the next show() draws it again.
    void hide();

private:
    using Clock = std::chrono::steady_clock;
    bool enabled_;
    bool visible_ = false;
    Clock::time_point start_;
    Clock::time_point drawn_;
};

}  // namespace tutela::cli
