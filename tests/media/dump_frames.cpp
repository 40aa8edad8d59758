// Prints what open_media() makes of a file, for tests in other languages that know the right pixels:
//
//     dump_frames [--mode exact|luma|scaled|screen] [--max-pixels N] [--max-frames N] [--pixels OUT] FILE
//
// One JSON object a line: the file's facts (unless opening failed), one for each frame, and the status at the end.
// With --pixels the pixels of all frames, one after the other and packed, are written to OUT.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/digest.hpp"
#include "tutela/media.hpp"

namespace {

using tutela::DecodeMode;

struct Options {
    DecodeMode mode = DecodeMode::exact;
    tutela::DecodeLimits limits;
    std::string pixels;
    std::string file;
};

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        const auto code = static_cast<unsigned char>(c);
        if (code >= 0x20 && code < 0x7f) {
            out += c;
        } else {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\u%04x", code);
            out += escape;
        }
    }
    return out + '"';
}

bool parse_mode(std::string_view name, DecodeMode& mode) {
    for (const DecodeMode known : {DecodeMode::exact, DecodeMode::luma, DecodeMode::scaled, DecodeMode::screen}) {
        if (decode_mode_name(known) == name) {
            mode = known;
            return true;
        }
    }
    return false;
}

bool parse(int argc, char** argv, Options& options) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (!name.starts_with("--")) {
            options.file = name;
            continue;
        }
        if (++i == argc) return false;
        if (name == "--pixels") {
            options.pixels = argv[i];
        } else if (name == "--max-pixels") {
            options.limits.max_pixels = std::strtoull(argv[i], nullptr, 10);
        } else if (name == "--max-frames") {
            options.limits.max_frames = static_cast<std::uint32_t>(std::strtoul(argv[i], nullptr, 10));
        } else if (name != "--mode" || !parse_mode(argv[i], options.mode)) {
            return false;
        }
    }
    return !options.file.empty();
}

std::string damage_fields(const tutela::Damage& damage) {
    return std::string(R"("damaged":)") + (damage.damaged ? "true" : "false") + R"(,"damage_reason":)" +
           quoted(damage.reason) + R"(,"rows_decoded":)" + std::to_string(damage.rows_decoded);
}

void print_frame(const tutela::FrameSource& source, const tutela::FrameView& view, std::ofstream* pixels) {
    const std::size_t length = std::size_t{view.width} * bytes_per_pixel(view.format);
    std::vector<std::uint8_t> packed;
    packed.reserve(length * view.height);
    for (std::uint32_t y = 0; y < view.height; ++y)
        packed.insert(packed.end(), view.row(y), view.row(y) + length);
    if (pixels != nullptr) {
        pixels->write(reinterpret_cast<const char*>(packed.data()), static_cast<std::streamsize>(packed.size()));
    }
    const std::string pts = view.pts_us == tutela::kNoPts ? "null" : std::to_string(view.pts_us);
    std::printf(R"({"index":%u,"width":%u,"height":%u,"pixels":"%s","mode":"%s","denominator":%u,"pts_us":%s,)",
                source.facts().index, view.width, view.height,
                view.format == tutela::PixelFormat::gray8 ? "gray8" : "rgb24",
                std::string(decode_mode_name(source.facts().mode)).c_str(), source.facts().denominator, pts.c_str());
    std::printf(R"("sha256":"%s",%s})"
                "\n",
                tutela::bytes_to_hex(tutela::sha256(packed)).c_str(), damage_fields(source.damage()).c_str());
}

void print_status(const tutela::Status& status, const tutela::Damage& damage) {
    std::printf(R"({"status":"%s","message":%s,%s})"
                "\n",
                std::string(status_name(status.code())).c_str(), quoted(status.message()).c_str(),
                damage_fields(damage).c_str());
}

void dump(std::span<const std::uint8_t> bytes, const Options& options, std::ofstream* pixels) {
    const auto opened = tutela::open_media(bytes, options.limits, options.mode);
    if (!opened.ok()) {
        print_status(opened.status(), {});
        return;
    }
    tutela::FrameSource& source = *opened.value();
    std::printf(R"({"format":"%s","width":%u,"height":%u,"orientation":%u})"
                "\n",
                std::string(format_name(source.info().format)).c_str(), source.info().width, source.info().height,
                source.info().orientation);
    tutela::Frame scratch;
    tutela::FrameView view;
    while (true) {
        const auto more = source.next_view(scratch, view);
        if (!more.ok() || !more.value()) {
            print_status(more.status(), source.damage());
            return;
        }
        print_frame(source, view, pixels);
    }
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    if (!parse(argc, argv, options)) {
        std::fprintf(stderr,
                     "usage: dump_frames [--mode MODE] [--max-pixels N] [--max-frames N] [--pixels OUT] FILE\n");
        return 2;
    }
    std::ifstream file(options.file, std::ios::binary);
    const std::vector<char> content{std::istreambuf_iterator<char>(file), {}};
    if (!file) {
        std::fprintf(stderr, "dump_frames: %s cannot be read\n", options.file.c_str());
        return 2;
    }
    const std::span bytes(reinterpret_cast<const std::uint8_t*>(content.data()), content.size());
    std::ofstream pixels;
    if (!options.pixels.empty()) pixels.open(options.pixels, std::ios::binary);
    dump(bytes, options, pixels.is_open() ? &pixels : nullptr);
    return 0;
}
