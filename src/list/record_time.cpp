// Times of records, as lists write them.
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

#include "tutela/known_item.hpp"

namespace tutela {

namespace {

constexpr std::int64_t kSecondUs = 1'000'000;

// Reads a time from the front of a text to its end. Once something is not there, nothing is.
class TimeReader {
public:
    explicit TimeReader(std::string_view text) noexcept : rest_(text) {}

    [[nodiscard]] bool ok() const noexcept { return ok_; }
    [[nodiscard]] bool done() const noexcept { return ok_ && rest_.empty(); }
    // Whether it comes next, and then it is taken.
    bool take(char c) noexcept {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void need(char c) noexcept { ok_ = take(c) && ok_; }
    // A number of so many digits.
    std::int64_t number(std::size_t least, std::size_t most) noexcept {
        std::size_t digits = 0;
        std::int64_t value = 0;
        while (digits < most && digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9')
            value = value * 10 + (rest_[digits++] - '0');
        ok_ = ok_ && digits >= least;
        rest_.remove_prefix(digits);
        return value;
    }
    // Digits behind a point as microseconds, if there are any.
    std::int64_t fraction() noexcept {
        if (!take('.')) return 0;
        std::int64_t value = 0;
        std::int64_t place = kSecondUs / 10;
        for (; !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; rest_.remove_prefix(1), place /= 10)
            value += place * (rest_[0] - '0');
        return value;
    }
    // Seconds east of UTC.
    std::int64_t zone() noexcept {
        if (rest_.empty() || take('Z') || take('z')) return 0;
        const bool west = take('-');
        if (!west) need('+');
        const std::int64_t hours = number(2, 2);
        (void)take(':');
        const std::int64_t minutes = rest_.empty() ? 0 : number(2, 2);
        ok_ = ok_ && hours < 24 && minutes < 60;
        return (west ? -1 : 1) * (hours * 3600 + minutes * 60);
    }
    // AM or PM, if there is one: the hour of the day.
    std::int64_t of_half_day(std::int64_t hours) noexcept {
        (void)take(' ');
        if (rest_.empty()) return hours;
        const bool afternoon = rest_[0] == 'P' || rest_[0] == 'p';
        ok_ = ok_ && rest_.size() == 2 && (afternoon || rest_[0] == 'A' || rest_[0] == 'a') &&
              (rest_[1] == 'M' || rest_[1] == 'm') && hours >= 1 && hours <= 12;
        rest_ = {};
        return hours % 12 + (afternoon ? 12 : 0);
    }

private:
    std::string_view rest_;
    bool ok_ = true;
};

std::optional<std::int64_t> in_range(std::int64_t us) noexcept {
    return us >= kMinRecordTimeUs && us <= kMaxRecordTimeUs ? std::optional(us) : std::nullopt;
}

std::optional<std::int64_t> days_of(std::int64_t year, std::int64_t month, std::int64_t day) noexcept {
    const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(year)),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day)));
    if (year < 1 || !date.ok()) return std::nullopt;
    return std::chrono::sys_days(date).time_since_epoch().count();
}

struct TimeOfDay {
    std::int64_t hours = 0;
    std::int64_t minutes = 0;
    std::int64_t seconds = 0;
    std::int64_t us = 0;
};

std::optional<std::int64_t> moment(std::optional<std::int64_t> days, const TimeOfDay& time,
                                   std::int64_t east_seconds) noexcept {
    if (!days || time.hours > 24 || time.minutes > 59 || time.seconds > 60) return std::nullopt;
    const std::int64_t seconds = ((*days * 24 + time.hours) * 60 + time.minutes) * 60 + time.seconds - east_seconds;
    return in_range(seconds * kSecondUs + time.us);
}

std::optional<std::int64_t> parse_iso(TimeReader in) noexcept {
    const std::int64_t year = in.number(4, 4);
    in.need('-');
    const std::int64_t month = in.number(2, 2);
    in.need('-');
    const auto days = days_of(year, month, in.number(2, 2));
    TimeOfDay time;
    std::int64_t east = 0;
    if (in.take('T') || in.take('t') || in.take(' ')) {
        time.hours = in.number(2, 2);
        in.need(':');
        time.minutes = in.number(2, 2);
        if (in.take(':')) {
            time.seconds = in.number(2, 2);
            time.us = in.fraction();
        }
        east = in.zone();
    }
    return in.done() ? moment(days, time, east) : std::nullopt;
}

std::optional<std::int64_t> parse_american(TimeReader in) noexcept {
    const std::int64_t month = in.number(1, 2);
    in.need('/');
    const std::int64_t day = in.number(1, 2);
    in.need('/');
    const auto days = days_of(in.number(4, 4), month, day);
    TimeOfDay time;
    if (in.take(' ')) {
        time.hours = in.number(1, 2);
        in.need(':');
        time.minutes = in.number(2, 2);
        if (in.take(':')) time.seconds = in.number(2, 2);
        time.hours = in.of_half_day(time.hours);
    }
    return in.done() ? moment(days, time, 0) : std::nullopt;
}

// /Date(milliseconds)/, with a zone that changes nothing.
std::optional<std::int64_t> parse_milliseconds(std::string_view digits) noexcept {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const std::string_view rest(end, static_cast<std::size_t>(digits.data() + digits.size() - end));
    const bool whole = rest == ")/" || ((rest.starts_with('+') || rest.starts_with('-')) && rest.ends_with(")/"));
    if (error != std::errc() || !whole || value < kMinRecordTimeUs / 1000 || value > kMaxRecordTimeUs / 1000)
        return std::nullopt;
    return value * 1000;
}

}  // namespace

std::optional<std::int64_t> parse_record_time(std::string_view text) noexcept {
    constexpr std::string_view kDate = "/Date(";
    if (text.starts_with(kDate)) return parse_milliseconds(text.substr(kDate.size()));
    if (text.size() == 10 && text.find_first_not_of("0123456789") == std::string_view::npos)
        return TimeReader(text).number(10, 10) * kSecondUs;
    return text.substr(0, 5).find('/') == std::string_view::npos ? parse_iso(TimeReader(text))
                                                                 : parse_american(TimeReader(text));
}

std::string record_time_text(std::int64_t updated_us) {
    const std::chrono::microseconds since(updated_us);
    const auto days = std::chrono::floor<std::chrono::days>(since);
    const std::chrono::year_month_day date{std::chrono::sys_days(days)};
    const std::int64_t us = (since - days).count();
    std::array<char, 40> text{};
    static_cast<void>(std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d",
                                    static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                                    static_cast<unsigned>(date.day()), static_cast<int>(us / 3'600'000'000),
                                    static_cast<int>(us / 60'000'000 % 60), static_cast<int>(us / kSecondUs % 60)));
    std::string whole(text.data());
    if (us % kSecondUs != 0) {
        static_cast<void>(std::snprintf(text.data(), text.size(), ".%06d", static_cast<int>(us % kSecondUs)));
        whole += text.data();
        whole.erase(whole.find_last_not_of('0') + 1);
    }
    return whole + 'Z';
}

}  // namespace tutela
