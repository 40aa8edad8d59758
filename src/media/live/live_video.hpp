// The frames of a stream, step by step, as they come: from an address, or from a pipe.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "media/ffmpeg_calls.hpp"
#include "media/stepped_source.hpp"
#include "media/video_clock.hpp"
#include "media/video_decoder.hpp"
#include "tutela/media.hpp"

namespace tutela::live {

// What is asked in between, also while nothing comes.
class Pulse {
public:
    virtual ~Pulse() = default;
    // The process goes on; called often.
    virtual void beat() = 0;

protected:
    Pulse() = default;
    Pulse(const Pulse&) = default;
    Pulse& operator=(const Pulse&) = default;
};

struct LiveInput {
    std::string url;      // or, when it is empty, a pipe:
    int descriptor = -1;  // may be one that does not wait
    std::vector<std::uint8_t> first{};
    std::string ca_file{};             // of those who vouch for hosts
    std::chrono::seconds silence{30};  // of an address: without a packet for so long it is given up
    bool key_frames = false;           // all other packets are dropped before the decoder
};

// One thread. Times are counted from the first frame, grow, and go on where the stream's own clock is set back.
class LiveVideo final : public SteppedSource {
public:
    // Connects, and reads until it is known what comes. `pulse` must outlive it. timeout, io_error, permission_denied
    // (it leads where it may not), unsupported, corrupt, limit.
    static Result<std::unique_ptr<LiveVideo>> open(LiveInput input, const DecodeLimits& limits, Pulse& pulse);
    ~LiveVideo() override;

    // At most one packet or one picture further.
    Result<Step> step(Frame& frame) override;
    // How long the last step waited for the stream.
    [[nodiscard]] std::chrono::steady_clock::duration waited() const noexcept { return waited_; }
    // Whether the stream said how long it is: then its end is one, and else it broke off.
    [[nodiscard]] bool has_length() const noexcept { return has_length_; }

private:
    using Clock = std::chrono::steady_clock;

    LiveVideo(const FfmpegCalls& av, LiveInput input, const DecodeLimits& limits, Pulse& pulse) noexcept
        : av_(av), input_(std::move(input)), limits_(limits), pulse_(pulse) {}
    Status open();
    Status open_pipe();
    Status set_up();
    Status choose_track();
    Status feed();
    Result<Step> show(Frame& frame);
    [[nodiscard]] std::int64_t length_of(const AVFrame& picture) const noexcept;
    [[nodiscard]] bool is_silent() const noexcept;
    [[nodiscard]] bool is_sized_download() const noexcept;
    // Why FFmpeg gave this error, in the order of what is known for sure.
    Status reason(int error) const;
    void options_of(AVDictionary** options) const;

    static int interrupted(void* self);
    static int open_nested(AVFormatContext* context, AVIOContext** io, const char* url, int flags,
                           AVDictionary** options);
    static int read_pipe(void* self, std::uint8_t* into, int size);

    const FfmpegCalls& av_;
    const LiveInput input_;
    const DecodeLimits limits_;
    Pulse& pulse_;
    AVIOContext* pipe_ = nullptr;
    std::size_t first_read_ = 0;
    int (*open_io_)(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) = nullptr;
    AVFormatContext* context_ = nullptr;
    AVStream* track_ = nullptr;
    std::unique_ptr<VideoDecoder> decoder_;
    VideoClock clock_;
    bool opened_ = false;
    bool has_length_ = false;
    bool drained_ = false;
    bool began_ = false;
    std::int64_t origin_ = 0;  // the time of the first picture that has one, in the track's units
    std::int64_t frame_length_us_ = 0;
    std::uint32_t pictures_ = 0;
    Clock::time_point last_packet_ = Clock::now();
    Clock::duration waited_{};
    Status end_;
};

}  // namespace tutela::live
