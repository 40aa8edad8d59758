#include "media/worker/server.hpp"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/try.hpp"
#include "media/worker/confine.hpp"
#include "media/worker/protocol.hpp"

namespace tutela::worker {

namespace {

bool read_message(void* data, std::size_t size) noexcept {
    ssize_t got = 0;
    do {
        got = ::read(kRequestFd, data, size);
    } while (got < 0 && errno == EINTR);
    return got == static_cast<ssize_t>(size);
}

bool write_message(const void* data, std::size_t size) noexcept {
    ssize_t sent = 0;
    do {
        sent = ::write(kReplyFd, data, size);
    } while (sent < 0 && errno == EINTR);
    return sent == static_cast<ssize_t>(size);
}

DecodeLimits decode_limits(const Limits& wire) {
    DecodeLimits limits;
    limits.max_bytes = wire.max_bytes;
    limits.max_pixels = wire.max_pixels;
    limits.max_total_pixels = wire.max_total_pixels;
    limits.max_jpeg_scans = wire.max_jpeg_scans;
    limits.max_frames = wire.max_frames;
    limits.max_video_frames = wire.max_video_frames;
    limits.max_video_pixels = wire.max_video_pixels;
    limits.max_video_bytes = wire.max_video_bytes;
    return limits;
}

ArchiveLimits archive_limits(const Limits& wire) {
    ArchiveLimits limits;
    limits.max_entry_bytes = wire.max_entry_bytes;
    limits.max_total_bytes = wire.max_total_bytes;
    limits.max_entries = wire.max_entries;
    limits.max_ratio = wire.max_ratio;
    limits.max_depth = wire.max_depth;
    return limits;
}

constexpr std::string_view kShortOfMemory = "decoding takes more memory than its limit allows";
// Of a video, before the host hears that it goes on.
constexpr int kStepsAtOnce = 16;
constexpr int kKeptMemory = 32 << 20;
constexpr int kNewMemory = 0x5A;

// Whether a file surely looks like one of a single frame. Then it costs nothing to ask for the next one at once, and
// the answer to the first says that it is the last. Being wrong costs a frame that is decoded early.
bool looks_single(std::span<const std::uint8_t> bytes, MediaFormat format) noexcept {
    const std::string_view start(reinterpret_cast<const char*>(bytes.data()),
                                 std::min<std::size_t>(bytes.size(), 4096));
    switch (format) {
        case MediaFormat::jpeg:
        case MediaFormat::bmp: return true;
        case MediaFormat::png: return start.substr(0, start.find("IDAT")).find("acTL") == std::string_view::npos;
        case MediaFormat::webp: {
            constexpr unsigned char kAnimated = 2;
            const bool extended = start.size() > 20 && start.substr(12, 4) == "VP8X";
            return !extended || (static_cast<unsigned char>(start[20]) & kAnimated) == 0;
        }
        default: return false;
    }
}

// What next() gave, as the reply says it.
struct Given {
    std::int32_t code = 0;
    bool more = false;
    bool pending = false;
    Text status;
    Text damage;
    PictureFacts facts;
    Place place;
};

class Server {
public:
    // `video`: the input, when it is a file.
    Server(const Openers& openers, std::span<const std::uint8_t> input, std::span<std::uint8_t> output,
           const VideoInput& video)
        : openers_(openers), input_(input), output_(output), file_(video) {
        const std::span<std::uint8_t> frames = output.subspan(kBatchRoom);
        slots_[0] = Frame::over(frames.first(frames.size() / 2));
        slots_[1] = Frame::over(frames.subspan(frames.size() / 2));
    }

    // Until the host closes its end, or says what it would never say.
    void run();

private:
    void answer(const Request& request, Reply& reply);
    void close_picture() noexcept {
        video_ = nullptr;
        picture_.reset();
    }
    void open_picture(std::span<const std::uint8_t> bytes, const Request& request, Reply& reply);
    void open_pictures(const Request& request);
    void decode_small(std::span<const std::uint8_t> bytes, const Request& request, Frame& frame, Reply& reply);
    void open_video(const Request& request, Reply& reply);
    void next_frame(Reply& reply);
    Given pull(Frame& slot);
    Status pull_into(Frame& slot, Given& given);
    Status step_into(Frame& slot, Given& given);
    void note_facts(Given& given) const;
    Status place_frame(const FrameView& view, Frame& slot, Place& place);
    void open_archive(std::span<const std::uint8_t> bytes, const Request& request, Reply& reply);
    void next_entry(Reply& reply);
    Status place_entry(const ArchiveEntry& entry, std::span<const std::uint8_t> bytes, Reply& reply);

    const Openers openers_;
    std::span<const std::uint8_t> input_;
    std::span<std::uint8_t> output_;
    Frame slots_[2];
    const VideoInput file_;
    std::unique_ptr<FrameSource> picture_;
    SteppedSource* video_ = nullptr;  // picture_, when it is a video
    std::unique_ptr<ArchiveSource> archive_;
    std::optional<Given> ahead_;  // asked for before the host did
};

void Server::run() {
    Request request;
    while (read_message(&request, sizeof(request))) {
        Reply reply;
        reply.call = request.call;
        reply.serial = request.serial;
        try {
            answer(request, reply);
        } catch (const std::bad_alloc&) {
            const bool opening = opens(request.call);
            (opening ? reply.opened : reply.given) = static_cast<std::int32_t>(StatusCode::out_of_memory);
            reply.given = opening ? 0 : reply.given;
            reply.more = 0;
            reply.last = 0;
            reply.pending = 0;
            set_text(reply.status, kShortOfMemory);
        }
        if (!write_message(&reply, sizeof(reply))) return;
        // While the host looks at the frame.
        if (reply.last != 0 || (reply.more == 0 && reply.pending == 0 && archive_ == nullptr)) close_picture();
    }
}

void Server::answer(const Request& request, Reply& reply) {
    if (request.call == Call::next_frame) return next_frame(reply);
    if (request.call == Call::next_entry) return next_entry(reply);
    close_picture();
    archive_.reset();
    ahead_.reset();
    if (request.call == Call::open_pictures) return open_pictures(request);
    if (request.call == Call::open_video) return open_video(request, reply);
    const std::span<const std::uint8_t> bytes = input_.subspan(request.offset, request.size);
    if (request.call == Call::open_picture) return open_picture(bytes, request, reply);
    open_archive(bytes, request, reply);
}

void Server::open_picture(std::span<const std::uint8_t> bytes, const Request& request, Reply& reply) {
    auto opened = openers_.picture(bytes, decode_limits(request.limits), static_cast<DecodeMode>(request.mode));
    if (!opened.ok()) {
        reply.opened = static_cast<std::int32_t>(opened.status().code());
        set_text(reply.status, opened.status().message());
        return;
    }
    picture_ = std::move(opened).value();
    ahead_ = pull(slots_[0]);
    const bool single = ahead_->more && looks_single(bytes, picture_->info().format);
    std::optional<Given> second;
    if (single) second = pull(slots_[1]);
    next_frame(reply);
    if (!second) return;
    if (second->code == 0 && !second->more) {
        reply.last = 1;
        reply.picture = second->facts;
        reply.damage = second->damage;
    } else {
        ahead_ = second;
    }
}

// Each as far as it is simple; the host has the others opened by themselves.
void Server::open_pictures(const Request& request) {
    std::uint64_t used = kBatchReplies;
    for (std::uint32_t i = 0; i < request.count; ++i) {
        Reply reply;
        reply.call = request.call;
        reply.serial = request.serial;
        const Piece& piece = request.pieces[i];
        Frame frame = Frame::over(output_.subspan(used, kBatchFrameBytes));
        decode_small(input_.subspan(piece.offset, piece.size), request, frame, reply);
        std::memcpy(output_.data() + i * sizeof(Reply), &reply, sizeof(Reply));
        constexpr std::uint64_t kLine = 64;
        used += (reply.place.height * reply.place.stride_bytes + kLine - 1) / kLine * kLine;
    }
}

void Server::decode_small(std::span<const std::uint8_t> bytes, const Request& request, Frame& frame, Reply& reply) {
    const auto short_of_memory = static_cast<std::int32_t>(StatusCode::out_of_memory);
    close_picture();
    auto opened = openers_.picture(bytes, decode_limits(request.limits), static_cast<DecodeMode>(request.mode));
    if (opened.status().code() == StatusCode::out_of_memory) throw std::bad_alloc();
    if (!opened.ok()) return;
    picture_ = std::move(opened).value();
    const MediaInfo& info = picture_->info();
    if (!looks_single(bytes, info.format) || std::uint64_t{info.width} * info.height > kBatchPixels) return;
    const Given first = pull(frame);
    const Given second = first.more ? pull(slots_[1]) : first;
    if (second.code == short_of_memory) throw std::bad_alloc();
    if (!first.more || second.more || second.code != 0 || second.facts.damaged != 0) return;
    reply.more = 1;
    reply.last = 1;
    reply.picture = second.facts;
    reply.place = first.place;
}

// The first frame is asked for like any other: it may be a long way to it.
void Server::open_video(const Request& request, Reply& reply) {
    const VideoInput input =
        file_.descriptor >= 0 ? file_ : VideoInput{.bytes = input_.subspan(request.offset, request.size)};
    const VideoSampling& wire = request.sampling;
    auto opened = openers_.video(input, decode_limits(request.limits),
                                 {static_cast<SamplingKind>(wire.kind), wire.per_second, wire.max_gap_us});
    if (!opened.ok()) {
        reply.opened = static_cast<std::int32_t>(opened.status().code());
        set_text(reply.status, opened.status().message());
        return;
    }
    video_ = opened.value().get();
    picture_ = std::move(opened).value();
    Given given;
    note_facts(given);
    reply.picture = given.facts;
    reply.damage = given.damage;
    reply.pending = 1;
}

void Server::next_frame(Reply& reply) {
    if (!ahead_) ahead_ = picture_ != nullptr ? pull(slots_[0]) : Given();
    reply.given = ahead_->code;
    reply.more = ahead_->more ? 1 : 0;
    reply.pending = ahead_->pending ? 1 : 0;
    reply.status = ahead_->status;
    reply.damage = ahead_->damage;
    reply.picture = ahead_->facts;
    reply.place = ahead_->place;
    ahead_.reset();
}

// Running short is an answer like others: the frame before it is whole, and what is known of the picture stays known.
Given Server::pull(Frame& slot) {
    Given given;
    try {
        const Status status = video_ != nullptr ? step_into(slot, given) : pull_into(slot, given);
        given.more = given.more && status.ok();
        given.code = static_cast<std::int32_t>(status.code());
        set_text(given.status, status.message());
    } catch (const std::bad_alloc&) {
        given.code = static_cast<std::int32_t>(StatusCode::out_of_memory);
        set_text(given.status, kShortOfMemory);
    }
    note_facts(given);
    return given;
}

Status Server::pull_into(Frame& slot, Given& given) {
    FrameView view;
    TUTELA_ASSIGN(given.more, picture_->next_view(slot, view));
    return given.more ? place_frame(view, slot, given.place) : Status();
}

Status Server::step_into(Frame& slot, Given& given) {
    for (int i = 0; i < kStepsAtOnce; ++i) {
        TUTELA_ASSIGN(const SteppedSource::Step step, video_->step(slot));
        if (step == SteppedSource::Step::none) continue;
        given.more = step == SteppedSource::Step::frame;
        return given.more ? place_frame(slot.view(), slot, given.place) : Status();
    }
    given.pending = true;
    return {};
}

void Server::note_facts(Given& given) const {
    const MediaInfo& info = picture_->info();
    const FrameFacts& facts = picture_->facts();
    const Damage& damage = picture_->damage();
    set_text(given.damage, damage.reason);
    given.facts = {static_cast<std::uint32_t>(info.format),
                   info.width,
                   info.height,
                   info.orientation,
                   static_cast<std::uint32_t>(facts.mode),
                   facts.denominator,
                   facts.index,
                   damage.damaged ? 1U : 0U,
                   damage.rows_decoded};
}

// Where the frame lies in the output region: a source with memory of its own has it copied there.
Status Server::place_frame(const FrameView& view, Frame& slot, Place& place) {
    FrameView placed = view;
    const std::less_equal<const std::uint8_t*> before;
    const bool inside = before(output_.data(), view.data) && before(view.data, output_.data() + output_.size() - 1);
    if (!inside) {
        TUTELA_TRY(slot.reshape(view.width, view.height, view.format));
        placed = slot.view();
        for (std::uint32_t y = 0; y < view.height; ++y)
            std::memcpy(slot.row(y), view.row(y), placed.stride_bytes);
        placed.pts_us = view.pts_us;
    }
    place.offset = static_cast<std::uint64_t>(placed.data - output_.data());
    place.stride_bytes = placed.stride_bytes;
    place.pts_us = placed.pts_us;
    place.width = placed.width;
    place.height = placed.height;
    place.format = static_cast<std::uint32_t>(placed.format);
    return {};
}

void Server::open_archive(std::span<const std::uint8_t> bytes, const Request& request, Reply& reply) {
    auto opened = openers_.archive(bytes, archive_limits(request.limits));
    if (opened.ok()) {
        archive_ = std::move(opened).value();
        return;
    }
    reply.opened = static_cast<std::int32_t>(opened.status().code());
    set_text(reply.status, opened.status().message());
}

void Server::next_entry(Reply& reply) {
    reply.ended = 1;
    if (archive_ == nullptr) return;
    ArchiveEntry entry;
    std::span<const std::uint8_t> bytes;
    const Result<bool> next = archive_->next(entry, bytes);
    reply.ended = archive_->ended() ? 1 : 0;
    Status status = next.status();
    if (!next.ok() || next.value()) {
        const Status placed = place_entry(entry, bytes, reply);
        if (status.ok()) status = placed;
    }
    reply.more = next.ok() && next.value() && status.ok() ? 1 : 0;
    reply.given = static_cast<std::int32_t>(status.code());
    set_text(reply.status, status.message());
}

Status Server::place_entry(const ArchiveEntry& entry, std::span<const std::uint8_t> bytes, Reply& reply) {
    reply.entry.size_bytes = entry.size_bytes;
    reply.entry.is_file = entry.is_file ? 1 : 0;
    reply.entry.encrypted = entry.encrypted ? 1 : 0;
    reply.entry.is_folder = entry.is_folder ? 1 : 0;
    reply.entry.path_bytes = std::min<std::uint64_t>(entry.path.size(), kPathRoom);
    std::memcpy(output_.data(), entry.path.data(), reply.entry.path_bytes);
    const std::span<std::uint8_t> room = output_.subspan(kPathRoom);
    if (bytes.size() > room.size()) return Status(StatusCode::limit, "the entry is larger than the limit allows");
    if (!bytes.empty()) std::memcpy(room.data(), bytes.data(), bytes.size());
    reply.place.offset = kPathRoom;
    reply.place.size = bytes.size();
    return {};
}

template <typename Byte>
std::span<Byte> map_region(int fd, std::uint64_t size, int protection) noexcept {
    void* data = ::mmap(nullptr, size, protection, MAP_SHARED | MAP_NORESERVE, fd, 0);
    (void)::close(fd);
    if (data == MAP_FAILED) return {};  // NOLINT(performance-no-int-to-ptr)
    return {static_cast<Byte*>(data), static_cast<std::size_t>(size)};
}

}  // namespace

int run_worker(const Openers& openers) {
    // Memory of one file is there for the next: given back and taken anew, a small picture costs as much again.
    (void)::mallopt(M_MMAP_THRESHOLD, kKeptMemory);
    (void)::mallopt(M_TRIM_THRESHOLD, kKeptMemory);
    // libde265 reads memory that it never wrote when a HEIC's codes are altered: it holds the same for every file,
    // whichever came before.
    (void)::mallopt(M_PERTURB, kNewMemory);
    Start start;
    Hello hello;
    std::string failure = settle_in();
    if (!read_message(&start, sizeof(start)) || start.magic != kMagic) return 2;
    if (failure.empty() && start.version != kVersion) failure = "the worker program is of another version";
    const bool reads_file = start.input_is_file != 0;
    std::span<const std::uint8_t> input;
    if (!reads_file) input = map_region<const std::uint8_t>(kInputFd, start.input_bytes, PROT_READ);
    const auto output = map_region<std::uint8_t>(kOutputFd, start.output_bytes, PROT_READ | PROT_WRITE);
    if (failure.empty() && ((input.empty() && !reads_file) || output.empty()))
        failure = "the shared memory cannot be mapped";
    if (failure.empty()) failure = confine({.max_memory = start.max_memory, .reads_file = reads_file});
    hello.confined = failure.empty() ? 1 : 0;
    hello.rare = openers.rare ? 1 : 0;
    set_text(hello.reason, failure);
    if (!write_message(&hello, sizeof(hello)) || !failure.empty()) return 1;
    const VideoInput video{.descriptor = reads_file ? kInputFd : -1, .size_bytes = start.input_bytes};
    Server(openers, input, output, video).run();
    return 0;
}

}  // namespace tutela::worker
