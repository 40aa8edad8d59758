#include "media/worker/session.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <thread>

#include "core/file.hpp"
#include "core/try.hpp"
#include "media/worker/reply_check.hpp"

namespace tutela::worker {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t kPage = 4096;
// Address space, of which only what is touched is memory.
constexpr std::uint64_t kFirstInput = 2ULL << 30;
constexpr std::uint64_t kLargestRegion = 64ULL << 30;
// Above the numbers that a worker's descriptors get.
constexpr int kFirstOwnFd = 16;
// Before a worker that did not start is started again: the machine may be out of processes for a moment.
constexpr milliseconds kPauses[] = {milliseconds(20), milliseconds(60), milliseconds(120)};
// What a decoder keeps from file to file.
constexpr std::uint64_t kKeptBytes = 64U << 20;
// For all the pictures that are decoded ahead: so many small ones take a hundredth of it. One that takes longer has
// the time of its limits when it is opened by itself.
constexpr std::uint32_t kAheadSeconds = 1;

std::uint64_t round_up(std::uint64_t bytes) noexcept {
    return (std::min(bytes, kLargestRegion) + kPage - 1) / kPage * kPage;
}

// Of these, a file of one frame is known as such when the frame is given.
bool may_be_single(MediaFormat format) noexcept {
    return format == MediaFormat::jpeg || format == MediaFormat::png || format == MediaFormat::webp ||
           format == MediaFormat::bmp;
}

// Starts a worker, by a function that answers a Status, and again when that fails.
template <typename Start>
Status insist(const Start& start) {
    Status started = start();
    for (const milliseconds pause : kPauses) {
        if (started.ok()) break;
        std::this_thread::sleep_for(pause);
        started = start();
    }
    if (started.ok() || started.code() == StatusCode::out_of_memory) return started;
    return Status(StatusCode::unavailable, "the sandbox cannot start again: " + started.message());
}

}  // namespace

// Two frames of the largest size: while one is looked at, the worker can see whether another follows.
std::uint64_t output_for(const DecodeLimits& limits) noexcept {
    return kBatchRoom + 2 * round_up(std::min(limits.max_pixels, kLargestRegion) * 3);
}

std::uint64_t output_for(const ArchiveLimits& limits) noexcept {
    return round_up(std::max(kPathRoom + std::min(limits.max_entry_bytes, kLargestRegion), kBatchRoom));
}

Limits wire_limits(const DecodeLimits& limits) {
    Limits wire;
    wire.max_bytes = limits.max_bytes;
    wire.max_pixels = limits.max_pixels;
    wire.max_total_pixels = limits.max_total_pixels;
    wire.max_jpeg_scans = limits.max_jpeg_scans;
    wire.max_frames = limits.max_frames;
    wire.max_video_frames = limits.max_video_frames;
    wire.max_video_pixels = limits.max_video_pixels;
    wire.max_video_bytes = limits.max_video_bytes;
    return wire;
}

// Thirty years are for ever, and can be counted in nanoseconds with room to spare.
Budget budget_of(std::uint32_t frame_seconds, std::uint32_t file_seconds) noexcept {
    constexpr std::uint32_t kLongest = 1'000'000'000;
    return {seconds(std::min(frame_seconds, kLongest)), seconds(std::min(file_seconds, kLongest))};
}

// After a fork of the host, the worker and the memory are the parent's.
void Session::keep_to_owner() noexcept {
    if (owner_.is_same_process()) return;
    owner_.set();
    if (link_ != nullptr) link_->abandon();
    link_.reset();
    if (owns_input_) replace_input({});
    output_ = {};
    ahead_.clear();
    open_anew();
}

void Session::replace_input(SharedMemory memory) noexcept {
    input_->memory = std::move(memory);
    ++input_->number;
}

Result<std::span<std::uint8_t>> Session::room(std::size_t bytes) {
    keep_to_owner();
    open_anew();
    ahead_.clear();
    if (bytes > kLargestRegion) return Status(StatusCode::limit, "the file is too large for a sandboxed decoder");
    SharedMemory& input = input_->memory;
    if (bytes > input.size()) {
        const std::uint64_t size = std::max(round_up(bytes), kFirstInput);
        TUTELA_ASSIGN(SharedMemory grown, SharedMemory::create(size, Writer::host));
        const std::size_t held = std::min<std::size_t>(room_bytes_, input.size());
        if (held != 0) std::memcpy(grown.writable().data(), input.bytes().data(), held);
        link_.reset();
        replace_input(std::move(grown));
    }
    room_bytes_ = bytes;
    largest_input_ = std::max<std::uint64_t>(largest_input_, bytes);
    return input.writable().first(bytes);
}

Status Session::start(std::uint64_t output_bytes, std::uint64_t max_memory) {
    if (input_->memory.size() == 0) {
        TUTELA_ASSIGN(SharedMemory first, SharedMemory::create(kFirstInput, Writer::host));
        replace_input(std::move(first));
    }
    TUTELA_TRY(reach_output(output_bytes));
    // What a worker has left over after it ran short is nobody's to judge: the next file gets a new one.
    const bool fits = link_ != nullptr && link_->running() && link_->max_memory() == max_memory;
    if (fits && !ran_short_ && !has_file_ && link_input_ == input_->number) return {};
    link_.reset();
    ran_short_ = false;
    has_file_ = false;
    const WorkerInput input{input_->memory.descriptor(), input_->memory.size()};
    TUTELA_ASSIGN(link_, WorkerLink::start(program_, input, output_, max_memory));
    link_input_ = input_->number;
    has_rare_ = link_->has_rare();
    return {};
}

Status Session::reach_output(std::uint64_t output_bytes) {
    if (output_bytes <= output_.size()) return {};
    link_.reset();
    ahead_.clear();
    TUTELA_ASSIGN(output_, SharedMemory::create(output_bytes, Writer::worker));
    return {};
}

Status Session::prepare_file(const VideoInput& file, std::uint64_t output_bytes, std::uint64_t max_memory) {
    keep_to_owner();
    open_anew();
    link_.reset();
    const int flags = ::fcntl(file.descriptor, F_GETFL);
    if (flags < 0 || (flags & O_ACCMODE) != O_RDONLY || (flags & O_PATH) != 0) {
        return Status(StatusCode::invalid_argument, "a sandboxed decoder takes files that are open for reading alone");
    }
    const Descriptor own(::fcntl(file.descriptor, F_DUPFD_CLOEXEC, kFirstOwnFd));
    if (!own.valid()) return errno_status(errno, "the video cannot be handed over");
    return insist([&]() -> Status {
        TUTELA_TRY(reach_output(output_bytes));
        const WorkerInput input{own.get(), file.size_bytes, true};
        TUTELA_ASSIGN(link_, WorkerLink::start(program_, input, output_, max_memory));
        ran_short_ = false;
        has_file_ = true;
        return {};
    });
}

// Of bytes that lie in the input region.
std::optional<std::uint64_t> Session::offset_of(std::span<const std::uint8_t> bytes) const noexcept {
    const std::span<const std::uint8_t> input = input_->memory.bytes();
    const std::uint8_t* first = input.data();
    const std::less_equal<const std::uint8_t*> before;
    const bool inside =
        !input.empty() && before(first, bytes.data()) && before(bytes.data() + bytes.size(), first + input.size());
    if (!inside) return std::nullopt;
    return static_cast<std::uint64_t>(bytes.data() - first);
}

Result<std::uint64_t> Session::place(std::span<const std::uint8_t> bytes) {
    keep_to_owner();
    if (const std::optional<std::uint64_t> offset = offset_of(bytes)) return *offset;
    TUTELA_ASSIGN(const std::span<std::uint8_t> place, room(bytes.size()));
    if (!bytes.empty()) std::memcpy(place.data(), bytes.data(), bytes.size());
    return std::uint64_t{0};
}

Status Session::prepare(std::uint64_t output_bytes, std::uint64_t max_memory) {
    keep_to_owner();
    return insist([&] { return start(output_bytes, max_memory); });
}

Status Session::call(Request& request, const Budget& budget, Reply& reply) {
    if (link_ == nullptr) return Status(StatusCode::crashed, "the decoder is no more");
    if (request.call == Call::open_archive) ahead_.clear();  // what an archive gives lies in the same place
    request.serial = ++serial_;
    Status status = link_->call(request, output_.size(), budget, reply);
    if (!status.ok()) {
        link_.reset();
        open_anew();
        ahead_.clear();                    // it may have written there too
        largest_output_ = output_.size();  // whatever it wrote
        return status;
    }
    // An archive goes on behind an entry that was too large.
    const auto short_of_memory = static_cast<std::int32_t>(StatusCode::out_of_memory);
    if (reply.opened == short_of_memory || reply.given == short_of_memory) ran_short_ = true;
    if (ran_short_ && (request.call != Call::next_entry || reply.ended != 0)) link_.reset();
    const Place& place = reply.place;
    const std::uint64_t bytes = std::max(place.size, place.height * place.stride_bytes);
    largest_output_ = std::max(largest_output_, place.offset + bytes);
    return {};
}

void Session::trim() noexcept {
    keep_to_owner();
    open_anew();
    // The input is sealed, so its memory goes as a whole, and the worker that has it mapped with it.
    if (largest_input_ > kKeptBytes) {
        ahead_.clear();
        replace_input({});
        room_bytes_ = 0;
    }
    if (has_file_ || link_input_ != input_->number) link_.reset();
    has_file_ = false;
    if (largest_output_ > kKeptBytes) {
        ahead_.clear();
        output_.discard();
    }
    largest_input_ = 0;
    largest_output_ = 0;
}

void Session::decode_ahead(std::span<const std::span<const std::uint8_t>> files, const DecodeLimits& limits,
                           DecodeMode mode) {
    keep_to_owner();
    open_anew();
    ahead_.clear();
    Request request = ask_ahead(files, limits, mode);
    // One alone is decoded as soon when it is opened.
    if (request.count < 2 || !start(output_for(limits), limits.max_memory).ok()) return;
    const Budget budget =
        budget_of(std::min(limits.max_frame_seconds, kAheadSeconds), std::min(limits.max_file_seconds, kAheadSeconds));
    Reply reply;
    if (!call(request, budget, reply).ok() || reply.opened != 0) return;
    ahead_limits_ = limits;
    ahead_mode_ = mode;
    if (keep_ahead(request)) return;
    ahead_.clear();
    link_.reset();  // it is not itself any more
}

Request Session::ask_ahead(std::span<const std::span<const std::uint8_t>> files, const DecodeLimits& limits,
                           DecodeMode mode) const {
    Request request;
    request.call = Call::open_pictures;
    request.mode = static_cast<std::uint32_t>(mode);
    request.limits = wire_limits(limits);
    for (const std::span<const std::uint8_t>& file : files) {
        const std::optional<std::uint64_t> offset = offset_of(file);
        if (!offset || file.size() > std::min(limits.max_bytes, kBatchFileBytes)) continue;
        if (!may_be_single(sniff_format(file.first(std::min(file.size(), kSniffBytes))))) continue;
        request.pieces[request.count++] = {*offset, file.size()};
        if (request.count == kBatchFiles) break;
    }
    return request;
}

// Takes over what was answered to each. Each answer is copied before it is judged: the worker can write to where they
// lie.
bool Session::keep_ahead(const Request& request) {
    for (std::uint32_t i = 0; i < request.count; ++i) {
        const Piece& piece = request.pieces[i];
        Ahead& ahead = ahead_.emplace_back(Ahead{input_->memory.bytes().data() + piece.offset, piece.size, {}});
        std::memcpy(&ahead.reply, output_.bytes().data() + i * sizeof(Reply), sizeof(Reply));
        if (!check_batch_reply(request, ahead.reply)) return false;
        if (ahead.reply.more == 0) ahead_.pop_back();
    }
    return true;
}

std::optional<Reply> Session::take_ahead(std::span<const std::uint8_t> bytes, const DecodeLimits& limits,
                                         DecodeMode mode) {
    keep_to_owner();
    if (ahead_.empty() || mode != ahead_mode_ || limits != ahead_limits_) return std::nullopt;
    const auto found = std::find_if(ahead_.begin(), ahead_.end(), [&](const Ahead& ahead) {
        return ahead.data == bytes.data() && ahead.size == bytes.size();
    });
    if (found == ahead_.end()) return std::nullopt;
    Reply reply = found->reply;
    ahead_.erase(found);
    return reply;
}

}  // namespace tutela::worker
