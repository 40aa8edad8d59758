#include "media/live/stream_url.hpp"

#include <algorithm>

#include "core/try.hpp"

namespace tutela::live {

namespace {

// What is met in files and in transport streams; with `hls`, also what its renditions of sound and text are in.
#define TUTELA_CONTAINERS "mpegts,mpeg,mov,matroska,flv,avi,asf,ogg,mpjpeg"
#define TUTELA_HLS "hls," TUTELA_CONTAINERS ",aac,mp3,ac3,eac3,webvtt"

struct Scheme {
    const char* name;
    const char* protocols;
    const char* readers;
};

// Not rtsps: FFmpeg 5.1 has no way to check its certificate. DASH by http alone, for the same reason.
constexpr Scheme kSchemes[] = {
    {"http", "http,https,tcp,tls,crypto", TUTELA_HLS ",dash"},
    {"https", "https,tcp,tls,crypto", TUTELA_HLS},
    {"rtmp", "rtmp,tcp", "flv"},
    {"rtmps", "rtmps,tcp,tls", "flv"},
    {"rtsp", "rtsp,tcp,udp,rtp", "rtsp,sdp,rtp,mpegts"},
    {"rtp", "rtp,udp", "rtp,sdp,mpegts"},
    {"udp", "udp", "mpegts"},
    {"srt", "srt,udp", "mpegts"},
};

const Scheme* find_scheme(std::string_view name) noexcept {
    const auto* found =
        std::find_if(std::begin(kSchemes), std::end(kSchemes), [&](const Scheme& known) { return known.name == name; });
    return found == std::end(kSchemes) ? nullptr : found;
}

char small(char letter) noexcept {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

std::string small(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](char letter) { return small(letter); });
    return result;
}

Status wrong(const std::string& what) {
    return Status(StatusCode::invalid_argument, what);
}

// "host", "host:port", "[v6]:port": the host, and what is left.
Result<std::string> host_in(std::string_view authority) {
    std::string_view host = authority;
    std::string_view port;
    if (host.starts_with('[')) {
        const std::size_t close = host.find(']');
        if (close == std::string_view::npos) return wrong("the address has no host that can be read");
        port = host.substr(close + 1);
        host = host.substr(1, close - 1);
        if (!port.empty() && port[0] != ':') return wrong("the address has no host that can be read");
    } else if (const std::size_t colon = host.find(':'); colon != std::string_view::npos) {
        port = host.substr(colon);
        host = host.substr(0, colon);
    }
    const bool digits = port.size() <= 6 && std::all_of(port.begin() + (port.empty() ? 0 : 1), port.end(),
                                                        [](char c) { return c >= '0' && c <= '9'; });
    if (!digits) return wrong("the address has no port that can be read");
    const bool odd = std::any_of(host.begin(), host.end(), [](char c) { return c <= ' ' || c == 127 || c == '\\'; });
    if (odd || host.size() > 255) return wrong("the address has no host that can be read");
    return plain_host(host);
}

}  // namespace

std::string plain_host(std::string_view host) {
    if (host.size() >= 2 && host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host.ends_with('.')) host.remove_suffix(1);
    return small(host);
}

Result<StreamUrl> parse_stream_url(std::string_view url) {
    constexpr std::size_t kMostBytes = 4096;
    const std::size_t colon = url.find("://");
    if (colon == std::string_view::npos || colon == 0) return wrong("no address of a stream: it has no scheme");
    if (url.size() > kMostBytes || url.find('\0') != std::string_view::npos) {
        return wrong("the address is too long or holds a zero");
    }
    StreamUrl parsed;
    parsed.scheme = small(url.substr(0, colon));
    if (find_scheme(parsed.scheme) == nullptr) {
        return Status(StatusCode::unsupported,
                      "addresses are read that begin with http, https, rtmp, rtmps, rtsp, rtp, udp or srt");
    }
    const std::string_view rest = url.substr(colon + 3);
    const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
    std::string_view authority = rest.substr(0, end);
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) authority = authority.substr(at + 1);
    TUTELA_ASSIGN(parsed.host, host_in(authority));
    const bool any_host = parsed.scheme == "udp" || parsed.scheme == "rtp" || parsed.scheme == "srt";
    if (parsed.host.empty() && !any_host) return wrong("the address names no host");
    // A password with a slash in it would be taken for a path.
    std::string_view path = rest.substr(end);
    path = path.substr(0, std::min(path.find_first_of("?#"), path.size()));
    if (path.find('@') != std::string_view::npos) path = {};
    parsed.shown = parsed.scheme + "://" + std::string(authority) + std::string(path);
    return parsed;
}

const char* protocols_of(std::string_view scheme) noexcept {
    const Scheme* known = find_scheme(scheme);
    return known == nullptr ? "" : known->protocols;
}

const char* readers_of(std::string_view scheme) noexcept {
    const Scheme* known = find_scheme(scheme);
    return known == nullptr ? "" : known->readers;
}

const char* readers_of_pipes() noexcept {
    return TUTELA_CONTAINERS;
}

}  // namespace tutela::live
