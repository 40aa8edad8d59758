// Hashing of pixels and of encoded pictures, for the C interface.
#include "tutela/hasher.hpp"

#include <span>

#include "capi/translate.hpp"
#include "tutela/hash64.hpp"
#include "tutela/media.hpp"

struct tutela_hasher {
    tutela::PdqHasher hasher;
    tutela::Hash64Hasher hasher64;
    tutela::Frame frame;  // decoded pictures, one after the other
};

namespace {

using tutela::DecodeMode;
using tutela::Dihedral;
using tutela::Hash64Kind;
using tutela::MediaFormat;
using tutela::PixelFormat;
using tutela::Status;
using tutela::StatusCode;
using tutela::capi::guarded;
using tutela::capi::require;
using tutela::capi::to_c;

static_assert(TUTELA_PIXEL_GRAY8 == static_cast<int>(PixelFormat::gray8));
static_assert(TUTELA_PIXEL_RGB24 == static_cast<int>(PixelFormat::rgb24));
static_assert(TUTELA_PIXEL_BGR24 == static_cast<int>(PixelFormat::bgr24));
static_assert(TUTELA_PIXEL_BGRA32 == static_cast<int>(PixelFormat::bgra32));
static_assert(TUTELA_PIXEL_LUMA_LIMITED8 == static_cast<int>(PixelFormat::luma_limited8));
static_assert(TUTELA_FORMAT_UNKNOWN == static_cast<int>(MediaFormat::unknown));
static_assert(TUTELA_FORMAT_JPEG == static_cast<int>(MediaFormat::jpeg));
static_assert(TUTELA_FORMAT_PNG == static_cast<int>(MediaFormat::png));
static_assert(TUTELA_FORMAT_WEBP == static_cast<int>(MediaFormat::webp));
static_assert(TUTELA_FORMAT_GIF == static_cast<int>(MediaFormat::gif));
static_assert(TUTELA_FORMAT_TIFF == static_cast<int>(MediaFormat::tiff));
static_assert(TUTELA_FORMAT_BMP == static_cast<int>(MediaFormat::bmp));
static_assert(TUTELA_FORMAT_ICO == static_cast<int>(MediaFormat::ico));
static_assert(TUTELA_FORMAT_HEIF == static_cast<int>(MediaFormat::heif));
static_assert(TUTELA_FORMAT_AVIF == static_cast<int>(MediaFormat::avif));
static_assert(TUTELA_FORMAT_JXL == static_cast<int>(MediaFormat::jxl));
static_assert(TUTELA_FORMAT_PSD == static_cast<int>(MediaFormat::psd));
static_assert(TUTELA_FORMAT_RAW == static_cast<int>(MediaFormat::raw));
static_assert(TUTELA_FORMAT_MP4 == static_cast<int>(MediaFormat::mp4));
static_assert(TUTELA_FORMAT_MATROSKA == static_cast<int>(MediaFormat::matroska));
static_assert(TUTELA_FORMAT_AVI == static_cast<int>(MediaFormat::avi));
static_assert(TUTELA_FORMAT_MPEGTS == static_cast<int>(MediaFormat::mpegts));
static_assert(TUTELA_FORMAT_MPEGPS == static_cast<int>(MediaFormat::mpegps));
static_assert(TUTELA_FORMAT_FLV == static_cast<int>(MediaFormat::flv));
static_assert(TUTELA_FORMAT_ASF == static_cast<int>(MediaFormat::asf));
static_assert(TUTELA_FORMAT_OGG == static_cast<int>(MediaFormat::ogg));
static_assert(TUTELA_FORMAT_ZIP == static_cast<int>(MediaFormat::zip));
static_assert(TUTELA_FORMAT_TAR == static_cast<int>(MediaFormat::tar));
static_assert(TUTELA_FORMAT_7Z == static_cast<int>(MediaFormat::seven_zip));
static_assert(TUTELA_FORMAT_GZIP == static_cast<int>(MediaFormat::gzip));
static_assert(TUTELA_FORMAT_BZIP2 == static_cast<int>(MediaFormat::bzip2));
static_assert(TUTELA_FORMAT_XZ == static_cast<int>(MediaFormat::xz));
static_assert(TUTELA_FORMAT_ZSTD == static_cast<int>(MediaFormat::zstd));
static_assert(TUTELA_FORMAT_RAR == static_cast<int>(MediaFormat::rar));
static_assert(TUTELA_FORMAT_CAB == static_cast<int>(MediaFormat::cab));
static_assert(TUTELA_FORMAT_CPIO == static_cast<int>(MediaFormat::cpio));
static_assert(TUTELA_DECODE_EXACT == static_cast<int>(DecodeMode::exact));
static_assert(TUTELA_DECODE_LUMA == static_cast<int>(DecodeMode::luma));
static_assert(TUTELA_DECODE_SCALED == static_cast<int>(DecodeMode::scaled));
static_assert(TUTELA_DECODE_SCREEN == static_cast<int>(DecodeMode::screen));
static_assert(TUTELA_DIHEDRAL_ORIGINAL == static_cast<int>(Dihedral::original));
static_assert(TUTELA_DIHEDRAL_ROTATE90 == static_cast<int>(Dihedral::rotate90));
static_assert(TUTELA_DIHEDRAL_ROTATE180 == static_cast<int>(Dihedral::rotate180));
static_assert(TUTELA_DIHEDRAL_ROTATE270 == static_cast<int>(Dihedral::rotate270));
static_assert(TUTELA_DIHEDRAL_FLIP_X == static_cast<int>(Dihedral::flip_x));
static_assert(TUTELA_DIHEDRAL_FLIP_Y == static_cast<int>(Dihedral::flip_y));
static_assert(TUTELA_DIHEDRAL_TRANSPOSE == static_cast<int>(Dihedral::transpose));
static_assert(TUTELA_DIHEDRAL_TRANSVERSE == static_cast<int>(Dihedral::transverse));
static_assert(TUTELA_HASH64_PHASH == static_cast<int>(Hash64Kind::phash));
static_assert(TUTELA_HASH64_DHASH == static_cast<int>(Hash64Kind::dhash));
static_assert(TUTELA_HASH64_AHASH == static_cast<int>(Hash64Kind::ahash));
static_assert(TUTELA_HASH64_PHASH_OPENCV == static_cast<int>(Hash64Kind::phash_opencv));
static_assert(TUTELA_NO_PTS == tutela::kNoPts);

tutela::DecodeLimits to_cpp(const tutela_decode_limits& limits) noexcept {
    return {.max_bytes = limits.max_bytes, .max_pixels = limits.max_pixels, .max_jpeg_scans = limits.max_jpeg_scans};
}

tutela_decode_limits default_limits() noexcept {
    const tutela::DecodeLimits defaults;
    tutela_decode_limits limits{};
    limits.max_jpeg_scans = defaults.max_jpeg_scans;
    limits.max_bytes = defaults.max_bytes;
    limits.max_pixels = defaults.max_pixels;
    return limits;
}

tutela_frame_hash to_c(const tutela::FrameHash& hash) noexcept {
    return {.hash = to_c(hash.hash), .quality = hash.quality, .pts_us = hash.pts_us};
}

tutela_image_facts to_c(const tutela::MediaInfo& info, const tutela::Damage& damage) noexcept {
    auto facts = tutela::capi::sized<tutela_image_facts>();
    facts.format = static_cast<std::uint32_t>(info.format);
    facts.width = info.width;
    facts.height = info.height;
    facts.orientation = info.orientation;
    facts.rows_decoded = damage.rows_decoded;
    facts.damaged = damage.damaged;
    tutela::capi::copy_cut(damage.reason, facts.damage_reason, sizeof facts.damage_reason);
    return facts;
}

Status hash_image(tutela_hasher& hasher, std::span<const std::uint8_t> bytes, const tutela_decode_limits& limits,
                  tutela_frame_hash& hash, tutela_image_facts& facts) {
    TUTELA_ASSIGN(const auto source, tutela::open_media(bytes, to_cpp(limits)));
    TUTELA_ASSIGN(const bool given, source->next(hasher.frame));
    if (!given) return Status(StatusCode::corrupt, "the file holds no picture");
    TUTELA_ASSIGN(const auto value, hasher.hasher.hash(hasher.frame.view()));
    tutela::Damage damage = source->damage();
    // All is known of the picture's damage once the source has answered that nothing follows.
    const tutela::Result<bool> more = source->next(hasher.frame);
    if (more.ok() && !more.value()) damage = source->damage();
    hash = to_c(value);
    facts = to_c(source->info(), damage);
    return {};
}

}  // namespace

void tutela_decode_limits_init(tutela_decode_limits* limits, std::size_t struct_size) {
    tutela::capi::init_struct(default_limits(), limits, struct_size);
}

const char* tutela_format_name(std::uint32_t format) {
    return tutela::format_name(static_cast<MediaFormat>(format)).data();
}

const char* tutela_decode_mode_name(std::uint32_t mode) {
    return tutela::decode_mode_name(static_cast<DecodeMode>(mode)).data();
}

void tutela_image_facts_init(tutela_image_facts* facts, std::size_t struct_size) {
    tutela::capi::init_struct(tutela_image_facts{}, facts, struct_size);
}

tutela_status tutela_hasher_create(tutela_hasher** hasher, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(hasher, "hasher"));
        *hasher = new tutela_hasher;
        return {};
    });
}

void tutela_hasher_destroy(tutela_hasher* hasher) {
    delete hasher;
}

tutela_status tutela_hasher_hash_frame(tutela_hasher* hasher, const tutela_frame* frame, tutela_frame_hash* hash,
                                       tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(hasher, "hasher"));
        TUTELA_TRY(require(frame, "frame"));
        TUTELA_TRY(require(hash, "hash"));
        TUTELA_ASSIGN(const auto value, hasher->hasher.hash(tutela::capi::to_cpp(*frame)));
        *hash = to_c(value);
        return {};
    });
}

tutela_status tutela_hasher_hash_frame_dihedral(tutela_hasher* hasher, const tutela_frame* frame,
                                                tutela_dihedral_hashes* hashes, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(hasher, "hasher"));
        TUTELA_TRY(require(frame, "frame"));
        TUTELA_TRY(require(hashes, "hashes"));
        TUTELA_ASSIGN(const auto value, hasher->hasher.hash_dihedral(tutela::capi::to_cpp(*frame)));
        for (std::size_t i = 0; i < value.hashes.size(); ++i)
            hashes->hashes[i] = to_c(value.hashes[i]);
        hashes->quality = value.quality;
        hashes->pts_us = value.pts_us;
        return {};
    });
}

const char* tutela_hash64_name(std::uint32_t kind) {
    return tutela::hash64_name(static_cast<Hash64Kind>(kind)).data();
}

tutela_status tutela_hasher_hash64_frame(tutela_hasher* hasher, const tutela_frame* frame, std::uint32_t kind,
                                         tutela_hash64* hash, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(hasher, "hasher"));
        TUTELA_TRY(require(frame, "frame"));
        TUTELA_TRY(require(hash, "hash"));
        TUTELA_ASSIGN(const auto value,
                      hasher->hasher64.hash(tutela::capi::to_cpp(*frame), static_cast<Hash64Kind>(kind)));
        *hash = std::bit_cast<tutela_hash64>(value);
        return {};
    });
}

tutela_status tutela_hasher_hash_image(tutela_hasher* hasher, const void* bytes, std::size_t size,
                                       const tutela_decode_limits* limits, tutela_frame_hash* hash,
                                       tutela_image_facts* facts, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(hasher, "hasher"));
        TUTELA_TRY(tutela::capi::require_array(bytes, size, "bytes"));
        TUTELA_TRY(require(hash, "hash"));
        if (facts != nullptr) TUTELA_TRY(tutela::capi::check_struct_size(facts->struct_size));
        tutela_decode_limits known_limits = default_limits();
        if (limits != nullptr) TUTELA_TRY(tutela::capi::read_struct(limits, known_limits));
        tutela_image_facts found;
        TUTELA_TRY(hash_image(*hasher, {static_cast<const std::uint8_t*>(bytes), size}, known_limits, *hash, found));
        if (facts != nullptr) tutela::capi::write_struct(found, facts);
        return {};
    });
}
