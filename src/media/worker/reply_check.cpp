#include "media/worker/reply_check.hpp"

#include "tutela/frame.hpp"
#include "tutela/media.hpp"
#include "tutela/status.hpp"

namespace tutela::worker {

namespace {

bool is_flag(std::uint32_t value) noexcept {
    return value <= 1;
}

bool lies_within(std::uint64_t offset, std::uint64_t size, std::uint64_t whole) noexcept {
    return offset <= whole && size <= whole - offset;
}

// What a decoder may answer. timeout and crashed are the host's to say.
bool is_answer(std::int32_t code) noexcept {
    switch (static_cast<StatusCode>(code)) {
        case StatusCode::ok:
        case StatusCode::invalid_argument:
        case StatusCode::too_small:
        case StatusCode::io_error:
        case StatusCode::limit:
        case StatusCode::unsupported:
        case StatusCode::corrupt:
        case StatusCode::checksum_mismatch:
        case StatusCode::out_of_memory:
        case StatusCode::internal: return true;
        default: return false;
    }
}

bool check_facts(const PictureFacts& facts) noexcept {
    const auto denominator = facts.denominator;
    return !is_archive(static_cast<MediaFormat>(facts.format)) && facts.orientation <= 8 &&
           decode_mode_name(static_cast<DecodeMode>(facts.mode)) != "unknown" &&
           (denominator == 1 || denominator == 2 || denominator == 4 || denominator == 8) && is_flag(facts.damaged);
}

bool check_frame(const Request& request, const Reply& reply, std::uint64_t output_bytes) noexcept {
    const Place& place = reply.place;
    if (!check_place(place, request.limits.max_pixels, output_bytes)) return false;
    if (reply.picture.rows_decoded > place.height) return false;
    // A reduced frame is hashed as one of the picture's own size.
    const std::uint64_t denominator = reply.picture.denominator;
    if (denominator == 1) return true;
    return place.width == (reply.picture.width + denominator - 1) / denominator &&
           place.height == (reply.picture.height + denominator - 1) / denominator;
}

bool check_entry(const Request& request, const Reply& reply, std::uint64_t output_bytes) noexcept {
    const EntryFacts& entry = reply.entry;
    return is_flag(entry.is_file) && is_flag(entry.encrypted) && is_flag(entry.is_folder) &&
           entry.path_bytes <= kPathRoom && lies_within(entry.path_offset, entry.path_bytes, output_bytes) &&
           reply.place.size <= request.limits.max_entry_bytes &&
           lies_within(reply.place.offset, reply.place.size, output_bytes);
}

}  // namespace

bool check_place(const Place& place, std::uint64_t max_pixels, std::uint64_t output_bytes) noexcept {
    const std::uint64_t pixel = bytes_per_pixel(static_cast<PixelFormat>(place.format));
    constexpr std::uint32_t kMaxSide = 1U << 30;
    if (pixel == 0 || place.width == 0 || place.height == 0) return false;
    if (place.width > kMaxSide || place.height > kMaxSide) return false;
    if (std::uint64_t{place.width} * place.height > max_pixels) return false;
    const std::uint64_t row = place.width * pixel;
    if (place.stride_bytes < row || place.stride_bytes > output_bytes) return false;
    const std::uint64_t rows_before = place.height - 1;
    if (rows_before != 0 && place.stride_bytes > output_bytes / rows_before) return false;
    return lies_within(place.offset, rows_before * place.stride_bytes + row, output_bytes);
}

bool check_reply(const Request& request, const Reply& reply, std::uint64_t output_bytes) noexcept {
    if (reply.call != request.call || reply.serial != request.serial) return false;
    if (!is_answer(reply.opened) || !is_answer(reply.given)) return false;
    if (!is_flag(reply.more) || !is_flag(reply.last) || !is_flag(reply.ended)) return false;
    if (reply.status.length > kTextBytes || reply.damage.length > kTextBytes) return false;
    if (!is_flag(reply.pending)) return false;
    const bool of_frames = request.call == Call::open_video || request.call == Call::next_frame;
    if (reply.pending != 0 && (!of_frames || reply.more != 0 || reply.given != 0)) return false;
    if (reply.opened != 0) return opens(request.call) && reply.given == 0 && reply.more == 0;
    if (reply.given != 0 && reply.more != 0) return false;
    if (request.call == Call::open_archive || request.call == Call::open_pictures)
        return reply.more == 0 && reply.given == 0;
    if (request.call == Call::next_entry) return check_entry(request, reply, output_bytes);
    return check_facts(reply.picture) && (reply.more == 0 || check_frame(request, reply, output_bytes));
}

bool check_batch_reply(const Request& request, const Reply& reply) noexcept {
    if (reply.call != request.call || reply.serial != request.serial) return false;
    if (reply.opened != 0 || reply.given != 0 || reply.pending != 0 || !is_flag(reply.more)) return false;
    if (reply.more == 0) return true;
    if (reply.last != 1 || reply.status.length != 0 || reply.damage.length != 0) return false;
    if (!check_facts(reply.picture) || reply.picture.damaged != 0) return false;
    if (std::uint64_t{reply.place.width} * reply.place.height > kBatchPixels) return false;
    return check_frame(request, reply, kBatchRoom);
}

}  // namespace tutela::worker
