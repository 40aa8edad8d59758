#include "report/numbers.hpp"

#include <array>

namespace tutela {

std::string grouped(std::uint64_t value) {
    std::string digits = std::to_string(value);
    for (std::size_t at = digits.size(); at > 3;)
        digits.insert(at -= 3, 1, ',');
    return digits;
}

std::string human_bytes(std::uint64_t bytes) {
    static constexpr std::array<const char*, 7> kUnits{" bytes", " kB", " MB", " GB", " TB", " PB", " EB"};
    if (bytes < 1000) return std::to_string(bytes) + kUnits[0];
    std::size_t unit = 1;
    while (bytes >= 1'000'000) {
        bytes /= 1000;
        ++unit;
    }
    return std::to_string(bytes / 1000) + "." + std::to_string(bytes % 1000 / 100) + kUnits[unit];
}

std::string seconds(std::int64_t microseconds) {
    const std::uint64_t sign = microseconds < 0 ? 1 : 0;
    const std::uint64_t thousandths =
        (sign != 0 ? 0 - static_cast<std::uint64_t>(microseconds) : static_cast<std::uint64_t>(microseconds)) / 1000;
    const std::string rest = std::to_string(1000 + thousandths % 1000);
    return std::string(sign, '-') + std::to_string(thousandths / 1000) + '.' + rest.substr(1) + " s";
}

std::string clock_time(std::int64_t microseconds) {
    const std::uint64_t sign = microseconds < 0 ? 1 : 0;
    const std::uint64_t whole =
        (sign != 0 ? 0 - static_cast<std::uint64_t>(microseconds) : static_cast<std::uint64_t>(microseconds)) /
        1'000'000;
    const auto two = [](std::uint64_t value) { return (value < 10 ? "0" : "") + std::to_string(value); };
    return std::string(sign, '-') + two(whole / 3600) + ':' + two(whole / 60 % 60) + ':' + two(whole % 60);
}

}  // namespace tutela
