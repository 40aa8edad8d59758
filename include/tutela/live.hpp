// Frames of what goes on now: streams by their address, and compressed video from pipes and files. Layer: media.
//
// A process of its own, tutela-stream, connects and decodes; it is confined (see src/README.md), and the calling process
// opens no connection and sees no byte of a stream but finished pixels.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tutela/export.h"
#include "tutela/frame.hpp"
#include "tutela/media.hpp"
#include "tutela/status.hpp"

namespace tutela {

struct LiveOptions {
    // Which frames are given; the others are counted as passed over. With key_frames, packets of others are dropped
    // before the decoder, and not counted.
    Sampling sampling{};
    // max_pixels and max_memory; of files also max_video_frames, max_video_pixels and max_video_bytes.
    DecodeLimits limits{};
    // The newest frame alone is given; those that it overtakes are counted as dropped. Without this, a file or pipe
    // waits for as long as its frames take, and a stream by address falls behind by a second at the most before it drops
    // frames.
    bool newest = false;
    // Beside the host of an address itself: hosts that redirects and playlists may lead to, by name. No others are
    // connected to.
    std::vector<std::string> allowed_hosts{};
    // A stream by address that gives nothing for so long has ended (timeout). 1 to 1,000,000.
    std::chrono::seconds silence{30};
    // Certificates of those who vouch for a host (PEM). Empty: the system's.
    std::string ca_file{};
    // The program tutela-stream. Empty: beside the library or the program that holds it, else where it was installed.
    std::string program{};
};

// Sums since the source was opened.
struct LiveCounts {
    std::uint64_t dropped = 0;      // overtaken by newer frames
    std::uint64_t passed_over = 0;  // by sampling

    bool operator==(const LiveCounts&) const = default;
};

// What next() found.
enum class LiveStep {
    none,       // nothing yet
    connected,  // the stream answers, and holds video; once, before its first frame
    frame,
    end,  // see status()
};

// The address as it can be shown and logged: without user, password, query and fragment. invalid_argument for what is no
// address, unsupported for one of another scheme than LiveSource reads; neither repeats it. Thread-safe.
TUTELA_API Result<std::string> shown_address(std::string_view address);

// One stream, and the process that receives it, which ends with this object. Never waits. Movable. One thread at a time;
// not for a child that was forked off. Memory: three frames of limits.max_pixels in address space, of which what is used
// is real, whatever the length of the stream.
class TUTELA_API LiveSource {
public:
    // An address: http and https (HLS, MPEG-TS, MP4, Matroska, FLV; DASH by http alone), rtmp, rtmps, rtsp, rtp, udp and
    // srt. Connections go to its host and allowed_hosts, names of which are looked up once, at the start; certificates
    // are checked. A file, another kind of address, or another host is never opened, whatever a stream says: it ends
    // with permission_denied. What is received by udp and rtp at an address of this machine alone (127.0.0.1) is bound to
    // that.
    // Errors: invalid_argument, unsupported, not_found (no program), io_error. What goes wrong later is in status().
    static Result<LiveSource> open_address(const std::string& address, const LiveOptions& options = {});
    // What comes by a pipe or a socket, after `first`, which has been read of it already (up to 64 bytes); or a regular
    // file from its start, in place. No connection is opened. The descriptor is borrowed during this call alone; bytes
    // are then read by the other process. As above, and permission_denied for a file that can be written by it.
    static Result<LiveSource> open_descriptor(int descriptor, std::span<const std::uint8_t> first = {},
                                              const LiveOptions& options = {});
    LiveSource(LiveSource&&) noexcept;
    LiveSource& operator=(LiveSource&&) noexcept;
    ~LiveSource();

    // For poll(): readable when next() may have something to say. Look now and then all the same: that the process hangs
    // is seen by next() alone.
    [[nodiscard]] int descriptor() const noexcept;
    // What has happened; gives back the frame before. After `end` always `end`.
    LiveStep next();
    // The frame last given, until the next call of next(): gray8 luma, or rgb24 where there is none. Times are counted
    // from the first frame and grow.
    [[nodiscard]] FrameView frame() const noexcept;
    // After the end: ok when the stream was over, as a file is, or one by address that said how long it is. io_error (it
    // broke off, or cannot be reached), timeout, permission_denied, unsupported, corrupt, limit, out_of_memory, crashed.
    [[nodiscard]] const Status& status() const noexcept;
    [[nodiscard]] LiveCounts counts() const noexcept;

private:
    struct Impl;
    explicit LiveSource(std::unique_ptr<Impl> impl) noexcept;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tutela
