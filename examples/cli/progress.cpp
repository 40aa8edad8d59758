#include "progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>

#include "text.hpp"

namespace tutela::cli {

namespace {

constexpr std::size_t kUsualWidth = 80;
constexpr std::size_t kWidestBar = 40;
constexpr std::size_t kNarrowestBar = 8;

std::size_t terminal_width() {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsualWidth;
    return size.ws_col;
}

void draw(std::string_view text) {
    // Nothing depends on the bar, so an error of the terminal is not one of the scan.
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

std::uint64_t rounded(double number) {
    return static_cast<std::uint64_t>(std::llround(number));
}

// 75 -> "1:15", 3725 -> "1:02:05"
std::string clock_text(std::uint64_t seconds) {
    const auto two_digits = [](std::uint64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    const std::uint64_t minutes = seconds / 60;
    if (minutes < 60) return std::to_string(minutes) + ':' + two_digits(seconds % 60);
    return std::to_string(minutes / 60) + ':' + two_digits(minutes % 60) + ':' + two_digits(seconds % 60);
}

std::string bar(std::uint64_t done, std::uint64_t total, std::size_t cells) {
    const double part = static_cast<double>(done) / static_cast<double>(total);
    const auto full = std::min(cells, static_cast<std::size_t>(part * static_cast<double>(cells)));
    return '[' + std::string(full, '#') + std::string(cells - full, '.') + ']';
}

}  // namespace

std::string progress_line(const ScanProgress& progress, double seconds, std::size_t width) {
    const std::uint64_t total = std::max<std::uint64_t>(progress.files_total, 1);
    const std::uint64_t done = std::min(progress.files_done, total);
    std::string line = std::to_string(done * 100 / total) + "%  " + grouped(done) + '/' + grouped(total) + " files";
    const auto append_if_fits = [&](const std::string& part) {
        if (line.size() + 2 + part.size() <= width) line += "  " + part;
    };
    append_if_fits(grouped(progress.matched) + " matched");
    if (seconds > 0 && done > 0) {
        const double files_per_second = static_cast<double>(done) / seconds;
        const double left = static_cast<double>(total - done) / files_per_second;
        append_if_fits("ETA " + clock_text(rounded(left)));
        append_if_fits(grouped(rounded(files_per_second)) + " files/s");
        append_if_fits(readable_bytes(static_cast<double>(progress.bytes_done) / seconds) + "/s");
    }
    if (line.size() + 3 + kNarrowestBar <= width) {
        line = bar(done, total, std::min(kWidestBar, width - line.size() - 3)) + ' ' + line;
    }
    return line.substr(0, width);
}

ProgressBar::ProgressBar(bool enabled) : enabled_(enabled), start_(Clock::now()), drawn_(start_) {}

ProgressBar::~ProgressBar() {
    hide();
}

void ProgressBar::show(const ScanProgress& progress) {
    if (!enabled_) return;
    const Clock::time_point now = Clock::now();
    const bool last = progress.files_done == progress.files_total;
    if (!last && now - drawn_ < std::chrono::milliseconds(100)) return;
    drawn_ = now;
    visible_ = true;
    const double seconds = std::chrono::duration<double>(now - start_).count();
    // One column stays free: a terminal wraps when its last one is written.
    draw("\r" + progress_line(progress, seconds, terminal_width() - 1) + "\x1b[K");
}

void ProgressBar::hide() {
    if (!visible_) return;
    draw("\r\x1b[K");
    visible_ = false;
}

}  // namespace tutela::cli
