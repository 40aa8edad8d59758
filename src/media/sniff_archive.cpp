#include "media/sniff_archive.hpp"

#include <array>
#include <string_view>

namespace tutela {

namespace {

using namespace std::string_view_literals;

struct Magic {
    std::string_view text;
    MediaFormat format;
};

constexpr std::array kMagics = {
    Magic{"PK\x03\x04"sv, MediaFormat::zip},
    Magic{"PK\x05\x06"sv, MediaFormat::zip},  // empty
    Magic{"PK\x07\x08"sv, MediaFormat::zip},  // once split in parts
    Magic{"7z\xBC\xAF\x27\x1C"sv, MediaFormat::seven_zip},
    Magic{"\x1F\x8B\x08"sv, MediaFormat::gzip},
    Magic{"\xFD"
          "7zXZ\0"sv,
          MediaFormat::xz},
    Magic{"\x28\xB5\x2F\xFD"sv, MediaFormat::zstd},
    Magic{"Rar!\x1A\x07\0"sv, MediaFormat::rar},
    Magic{"Rar!\x1A\x07\x01\0"sv, MediaFormat::rar},
    Magic{"MSCF\0\0\0\0"sv, MediaFormat::cab},
    Magic{"070701"sv, MediaFormat::cpio},
    Magic{"070702"sv, MediaFormat::cpio},
    Magic{"070707"sv, MediaFormat::cpio},
};

// "BZh", a block size, and the mark of the first block or, in a file without any, of the end.
bool is_bzip2(ByteSpan bytes) noexcept {
    return has_text(bytes, 0, "BZh") && bytes.size() > 3 && bytes[3] >= '1' && bytes[3] <= '9' &&
           (has_text(bytes, 4, "1AY&SY") || has_text(bytes, 4, "\x17\x72\x45\x38\x50\x90"));
}

// A tar before POSIX has nothing but the checksum of its first header, in octal.
bool is_tar(ByteSpan bytes) noexcept {
    constexpr std::size_t kHeader = 512;
    constexpr std::size_t kChecksum = 148;
    constexpr std::size_t kChecksumEnd = 156;
    if (has_text(bytes, 257, "ustar")) return true;
    if (bytes.size() < kHeader || bytes[0] == 0) return false;
    std::uint32_t sum = 8 * ' ';
    for (std::size_t i = 0; i < kHeader; ++i)
        if (i < kChecksum || i >= kChecksumEnd) sum += bytes[i];
    std::size_t at = kChecksum;
    while (at < kChecksumEnd && bytes[at] == ' ')
        ++at;
    std::uint32_t stated = 0;
    const std::size_t first_digit = at;
    for (; at < kChecksumEnd && bytes[at] >= '0' && bytes[at] <= '7'; ++at)
        stated = stated * 8 + (bytes[at] - '0');
    const bool ends = at == kChecksumEnd || bytes[at] == 0 || bytes[at] == ' ';
    return at > first_digit && ends && stated == sum;
}

}  // namespace

MediaFormat sniff_archive(ByteSpan first_bytes) noexcept {
    for (const Magic& magic : kMagics) {
        if (has_text(first_bytes, 0, magic.text)) return magic.format;
    }
    if (is_bzip2(first_bytes)) return MediaFormat::bzip2;
    return is_tar(first_bytes) ? MediaFormat::tar : MediaFormat::unknown;
}

}  // namespace tutela
