#include "text.hpp"

#include <algorithm>
#include <array>

#include "tutela/report.hpp"

namespace tutela::cli {

namespace {

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

}  // namespace

std::string inert(std::string_view text) {
    return visible_text(text);
}

std::string inert_without_hashes(std::string_view text) {
    constexpr std::size_t kLongRun = 32;
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t end = i;
        while (end < text.size() && is_hex(text[end]))
            ++end;
        if (end - i >= kLongRun) {
            out += "<hex>";
        } else {
            end = std::max(end, i + 1);
            out += text.substr(i, end - i);
        }
        i = end;
    }
    return inert(out);
}

std::string grouped(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t i = digits.size(); i > 3;) {
        i -= 3;
        digits.insert(i, 1, ',');
    }
    return digits;
}

std::string counted(std::uint64_t number, std::string_view noun) {
    return grouped(number) + ' ' + std::string(noun) + (number == 1 ? "" : "s");
}

std::string readable_bytes(double bytes) {
    constexpr std::array<std::string_view, 6> kUnits = {"bytes", "kB", "MB", "GB", "TB", "PB"};
    std::size_t unit = 0;
    while (bytes >= 1000 && unit + 1 < kUnits.size()) {
        bytes /= 1000;
        ++unit;
    }
    const auto tenths = static_cast<std::uint64_t>(bytes * 10);
    std::string number = std::to_string(tenths / 10);
    if (unit > 0 && tenths < 1000) number += '.' + std::to_string(tenths % 10);
    return number + ' ' + std::string(kUnits[unit]);
}

}  // namespace tutela::cli
