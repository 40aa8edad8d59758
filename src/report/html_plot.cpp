#include "report/html_plot.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>

#include "report/html_text.hpp"
#include "report/numbers.hpp"

namespace tutela {

namespace {

// In units of the drawing. Qualities and distances share the upper part; segments lie below it.
constexpr double kWidth = 900;
constexpr double kLeft = 40;
constexpr double kRight = 890;
constexpr double kTop = 10;
constexpr double kBottom = 110;
constexpr double kBarTop = 120;
constexpr double kBarHeight = 10;
constexpr double kHeight = 152;
constexpr std::uint32_t kColours = 6;  // .m0 .. .m5 of the style sheet

void append_unit(std::string& out, double value) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed, 1);
    out.append(digits.data(), end.ptr);
}

void append_attribute(std::string& out, std::string_view name, double value) {
    out += ' ';
    out += name;
    out += "=\"";
    append_unit(out, value);
    out += '"';
}

class Plot {
public:
    Plot(std::string& out, const FileRow& row, const RunFacts& facts) : out_(out), row_(row), most_bits_(facts.radius) {
        bool first = true;
        const auto span = [&](std::int64_t time) {
            start_us_ = first ? time : std::min(start_us_, time);
            end_us_ = first ? time : std::max(end_us_, time);
            first = false;
        };
        for (const TimelinePoint& point : row.timeline) {
            span(point.pts_us);
            if (point.match != kNoMatch) most_bits_ = std::max(most_bits_, point.distance_bits);
        }
        for (std::size_t i = 0; i < shown_segments(); ++i) {
            span(row.segments[i].start_us);
            span(row.segments[i].end_us);
        }
    }

    void append() {
        out_ += "<svg viewBox=\"0 0 ";
        append_unit(out_, kWidth);
        out_ += ' ';
        append_unit(out_, kHeight);
        out_ += "\" role=\"img\" aria-label=\"qualities and distances over time\">";
        append_frame();
        append_qualities();
        append_distances();
        append_segments();
        out_ += "</svg>\n";
    }

private:
    [[nodiscard]] std::size_t shown_segments() const { return std::min(row_.segments.size(), kMaxHtmlItems); }

    // Times may be any numbers: their differences need not fit in 64 bits.
    [[nodiscard]] double x(std::int64_t time) const {
        const double length = static_cast<double>(end_us_) - static_cast<double>(start_us_);
        if (length <= 0) return kLeft;
        return kLeft + (static_cast<double>(time) - static_cast<double>(start_us_)) / length * (kRight - kLeft);
    }
    // A distance of 0 is at the top, as is a quality of 100.
    [[nodiscard]] double y_of_bits(std::uint32_t bits) const {
        return kTop + (kBottom - kTop) * bits / std::max<std::uint32_t>(most_bits_, 1);
    }
    [[nodiscard]] static double y_of_quality(std::int32_t quality) {
        return kBottom - (kBottom - kTop) * std::clamp(quality, 0, 100) / 100;
    }

    void append_text(double left, double top, std::string_view anchor, const std::string& text) {
        out_ += "<text";
        append_attribute(out_, "x", left);
        append_attribute(out_, "y", top);
        out_ += " text-anchor=\"" + std::string(anchor) + "\">" + text + "</text>";
    }

    void append_frame() {
        out_ += "<rect class=\"frame\"";
        append_attribute(out_, "x", kLeft);
        append_attribute(out_, "y", kTop);
        append_attribute(out_, "width", kRight - kLeft);
        append_attribute(out_, "height", kBottom - kTop);
        out_ += "/>";
        append_text(kLeft - 4, kTop + 8, "end", "0");
        append_text(kLeft - 4, kBottom, "end", std::to_string(most_bits_));
        append_text(kLeft, kHeight - 4, "start", clock_time(start_us_));
        append_text(kRight, kHeight - 4, "end", clock_time(end_us_));
    }

    void append_qualities() {
        if (row_.timeline.empty()) return;
        out_ += "<polyline class=\"quality\" points=\"";
        for (const TimelinePoint& point : row_.timeline) {
            append_unit(out_, x(point.pts_us));
            out_ += ',';
            append_unit(out_, y_of_quality(point.quality));
            out_ += ' ';
        }
        out_ += "\"/>";
    }

    void append_distances() {
        for (const TimelinePoint& point : row_.timeline) {
            if (point.match == kNoMatch) continue;
            out_ += "<circle class=\"m" + std::to_string(point.match % kColours) + "\" r=\"2\"";
            append_attribute(out_, "cx", x(point.pts_us));
            append_attribute(out_, "cy", y_of_bits(point.distance_bits));
            out_ += "/>";
        }
    }

    // In the colour of the match with the same entry.
    void append_segments() {
        for (std::size_t i = 0; i < shown_segments(); ++i) {
            const MatchSegment& segment = row_.segments[i];
            const auto same = std::find_if(row_.matches.begin(), row_.matches.end(),
                                           [&](const MatchFact& match) { return match.entry_id == segment.entry_id; });
            const auto number = static_cast<std::uint32_t>((same - row_.matches.begin()) % kColours);
            out_ += "<rect class=\"m" + std::to_string(number) + "\"";
            append_attribute(out_, "x", x(segment.start_us));
            append_attribute(out_, "y", kBarTop);
            append_attribute(out_, "width", std::max(x(segment.end_us) - x(segment.start_us), 1.0));
            append_attribute(out_, "height", kBarHeight);
            out_ += "><title>" + clock_time(segment.start_us) + ".." + clock_time(segment.end_us) + " equals entry ";
            append_html(out_, segment.entry_id);
            out_ +=
                ' ' + clock_time(segment.known_start_us) + ".." + clock_time(segment.known_end_us) + "</title></rect>";
        }
    }

    std::string& out_;
    const FileRow& row_;
    std::uint32_t most_bits_;
    std::int64_t start_us_ = 0;
    std::int64_t end_us_ = 0;
};

}  // namespace

void append_plot(std::string& out, const FileRow& row, const RunFacts& facts) {
    if (row.timeline.empty() && row.segments.empty()) return;
    Plot(out, row, facts).append();
}

}  // namespace tutela
