// A worker for the tests: confined and served as the real one, but its decoder does what the file tells it to. No line
// of this is in the program that is installed.
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "media/worker/protocol.hpp"
#include "media/worker/server.hpp"

namespace {

using namespace tutela;

std::string errno_text(const char* what) {
    return std::string(what) + " " + std::to_string(errno);
}

volatile int sink = 0;

void burn(double seconds) {
    const auto used = [] {
        struct timespec time {};
        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
    };
    for (const double start = used(); used() - start < seconds;)
        sink = sink + 1;
}

[[noreturn]] void wait_for_ever() {
    const struct timespec day { 86400, 0 };
    for (;;)
        (void)nanosleep(&day, nullptr);
}

// Answers `reply` in place of the server, and then goes on for ever.
[[noreturn]] void lie(const std::function<void(worker::Reply&)>& change) {
    worker::Reply reply;
    reply.call = worker::Call::open_picture;
    reply.serial = 1;
    reply.more = 1;
    reply.picture = {1, 8, 8, 0, 1, 1, 0, 0, 8};
    reply.place.width = 8;
    reply.place.height = 8;
    reply.place.stride_bytes = 8;
    reply.place.format = 1;
    change(reply);
    (void)!write(worker::kReplyFd, &reply, sizeof(reply));
    wait_for_ever();
}

// What the first of three pictures decoded together can say of all of them; "lie nothing" is what would be believed.
const std::map<std::string_view, std::function<void(worker::Reply&)>>& batch_lies() {
    static const std::map<std::string_view, std::function<void(worker::Reply&)>> all = {
        {"nothing", [](auto&) {}},
        {"call", [](auto& reply) { reply.call = worker::Call::open_picture; }},
        {"serial", [](auto& reply) { reply.serial = 77; }},
        {"opened", [](auto& reply) { reply.opened = 7; }},
        {"given", [](auto& reply) { reply.given = 7; }},
        {"flag", [](auto& reply) { reply.more = 2; }},
        {"not the last", [](auto& reply) { reply.last = 0; }},
        {"damaged", [](auto& reply) { reply.picture.damaged = 1; }},
        {"damage", [](auto& reply) { reply.damage.length = 5; }},
        {"text", [](auto& reply) { reply.status.length = 4'000'000'000; }},
        {"mode", [](auto& reply) { reply.picture.mode = 9; }},
        {"rows", [](auto& reply) { reply.picture.rows_decoded = 9; }},
        {"format", [](auto& reply) { reply.place.format = 99; }},
        {"stride", [](auto& reply) { reply.place.stride_bytes = ~0ULL / 4; }},
        {"offset", [](auto& reply) { reply.place.offset = ~0ULL - 8; }},
        {"outside", [](auto& reply) { reply.place.offset = worker::kBatchRoom - 63; }},
        {"size",
         [](auto& reply) {
             reply.place.width = 257;
             reply.place.height = 256;
             reply.place.stride_bytes = 257;
         }},
    };
    return all;
}

// `first_frame` is where the first of them has its pixels.
[[noreturn]] void lie_of_batch(std::uint8_t* first_frame, const std::function<void(worker::Reply&)>& change) {
    std::uint8_t* output = first_frame - worker::kBatchReplies;
    worker::Reply reply;
    reply.call = worker::Call::open_pictures;
    reply.serial = 1;
    const worker::Reply acknowledged = reply;
    reply.more = 1;
    reply.last = 1;
    reply.picture = {1, 8, 8, 0, 1, 1, 0, 0, 8};
    reply.place = {worker::kBatchReplies, 0, 8, 0, 8, 8, 1, 0};
    for (std::size_t i = 0; i < 3; ++i) {
        worker::Reply one = reply;
        if (i == 1) change(one);
        std::memcpy(output + i * sizeof(one), &one, sizeof(one));
    }
    (void)!write(worker::kReplyFd, &acknowledged, sizeof(acknowledged));
    wait_for_ever();
}

using Deed = std::function<std::string(std::span<const std::uint8_t>)>;

// The compiler may take away an allocation that nothing is read of; this it cannot know.
char* volatile last_block = nullptr;

std::string take_memory() {
    for (;;) {
        last_block = new char[1U << 20];
        std::memset(last_block, 1, 1U << 20);
    }
}

std::string use_threads() {
    pthread_t thread{};
    const int error = pthread_create(
        &thread, nullptr, [](void* value) { return value; }, nullptr);
    if (error != 0) return "no thread " + std::to_string(error);
    (void)pthread_join(thread, nullptr);
    return "threads work";
}

std::string map_code() {
    const int anonymous = MAP_PRIVATE | MAP_ANONYMOUS;
    void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, anonymous, -1, 0);
    return page == MAP_FAILED ? errno_text("no code") : "code";
}

std::string touch_input(std::span<const std::uint8_t> bytes) {
    auto* first = const_cast<std::uint8_t*>(bytes.data());
    auto* page = reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(first) / 4096 * 4096);
    if (mprotect(page, 4096, PROT_READ | PROT_WRITE) == 0) {
        first[0] = 'X';
        return "the input was written";
    }
    return errno_text("mprotect");
}

const std::map<std::string_view, Deed>& deeds() {
    static const std::map<std::string_view, Deed> all = {
        {"crash",
         [](auto) {
             raise(SIGSEGV);
             return "alive";
         }},
        {"fault",
         [](auto) {
             *reinterpret_cast<volatile int*>(sink) = 1;
             return "alive";
         }},
        {"abort", [](auto) -> std::string { std::abort(); }},
        {"exit", [](auto) -> std::string { _exit(7); }},
        {"close",
         [](auto) -> std::string {
             (void)close(worker::kReplyFd);
             return errno_text("close");
         }},
        {"spin",
         [](auto) -> std::string {
             for (;;)
                 sink = sink + 1;
         }},
        {"hang", [](auto) -> std::string { wait_for_ever(); }},
        {"alloc", [](auto) { return take_memory(); }},
        {"throw", [](auto) -> std::string { throw std::bad_alloc(); }},
        {"threads", [](auto) { return use_threads(); }},
        {"open", [](auto) { return open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0 ? errno_text("open") : "opened"; }},
        {"stat", [](auto) { return access("/etc/passwd", R_OK) != 0 ? errno_text("access") : "seen"; }},
        {"socket", [](auto) { return socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno_text("socket") : "connected"; }},
        {"fork", [](auto) { return fork() < 0 ? errno_text("fork") : "forked"; }},
        {"exec",
         [](auto) {
             char name[] = "/bin/true";
             char* const words[] = {name, nullptr};
             (void)execv(name, words);
             return errno_text("exec");
         }},
        {"kill", [](auto) { return kill(getppid(), SIGTERM) != 0 ? errno_text("kill") : "killed"; }},
        {"ptrace", [](auto) { return ptrace(PTRACE_TRACEME, 0, 0, 0) != 0 ? errno_text("ptrace") : "traced"; }},
        {"code", [](auto) { return map_code(); }},
        {"write to input", [](auto bytes) { return touch_input(bytes); }},
        {"print",
         [](auto) {
             (void)!write(1, "x", 1);
             (void)!write(2, "x", 1);
             return "printed";
         }},
        {"environment", [](auto) { return environ == nullptr || *environ == nullptr ? "empty" : *environ; }},
        {"descriptors",
         [](auto) -> std::string {
             std::string open;
             for (int fd = 0; fd < 64; ++fd) {
                 char byte = 0;
                 if (read(fd, &byte, 0) == 0) open += " " + std::to_string(fd);
             }
             return "open:" + open;
         }},
        {"lie call", [](auto) -> std::string { lie([](auto& reply) { reply.call = worker::Call::next_entry; }); }},
        {"lie serial", [](auto) -> std::string { lie([](auto& reply) { reply.serial = 77; }); }},
        {"lie status",
         [](auto) -> std::string {
             lie([](auto& reply) {
                 reply.more = 0;
                 reply.given = 13;
             });
         }},
        {"lie offset", [](auto) -> std::string { lie([](auto& reply) { reply.place.offset = ~0ULL - 8; }); }},
        {"lie stride", [](auto) -> std::string { lie([](auto& reply) { reply.place.stride_bytes = ~0ULL / 4; }); }},
        {"lie short stride", [](auto) -> std::string { lie([](auto& reply) { reply.place.stride_bytes = 7; }); }},
        {"lie size", [](auto) -> std::string { lie([](auto& reply) { reply.place.height = 1U << 29; }); }},
        {"lie format", [](auto) -> std::string { lie([](auto& reply) { reply.place.format = 99; }); }},
        {"lie text", [](auto) -> std::string { lie([](auto& reply) { reply.damage.length = 4'000'000'000; }); }},
        {"lie rows", [](auto) -> std::string { lie([](auto& reply) { reply.picture.rows_decoded = 9; }); }},
        {"lie mode", [](auto) -> std::string { lie([](auto& reply) { reply.picture.mode = 9; }); }},
        {"lie denominator", [](auto) -> std::string { lie([](auto& reply) { reply.picture.denominator = 0; }); }},
        {"lie reduced", [](auto) -> std::string { lie([](auto& reply) { reply.picture.denominator = 2; }); }},
        {"lie flag", [](auto) -> std::string { lie([](auto& reply) { reply.last = 2; }); }},
        {"lie length",
         [](auto) -> std::string {
             (void)!write(worker::kReplyFd, "short", 5);
             wait_for_ever();
         }},
    };
    return all;
}

// Frames of one byte each, which is their number, up to where the script says what happens: "frames 3 crash" gives
// three and crashes at the fourth; "each 0.5" takes that long for each. After "still" it calls itself a JPEG, of which
// the server expects no second frame. "still lie …" tells one of the lies above.
class ScriptSource final : public FrameSource {
public:
    ScriptSource(std::span<const std::uint8_t> bytes, std::string script) : bytes_(bytes), script_(std::move(script)) {
        info_.format = MediaFormat::gif;
        constexpr std::string_view kStill = "still ";
        if (script_.starts_with(kStill)) {
            info_.format = MediaFormat::jpeg;
            script_.erase(0, kStill.size());
        }
        info_.width = 64;
        info_.height = 64;
    }

    Result<bool> next(Frame& frame) override {
        unsigned frames = script_.starts_with(kLie) ? 1 : 0;
        double pace = 0;
        char then[64] = "";
        if (std::sscanf(script_.c_str(), "frames %u each %lf %63[^\n]", &frames, &pace, then) < 2)
            (void)std::sscanf(script_.c_str(), "frames %u %63[^\n]", &frames, then);
        if (given_ >= frames) {
            const auto deed = deeds().find(std::string_view(then));
            if (deed == deeds().end()) return false;
            return Status(StatusCode::corrupt, deed->second(bytes_));
        }
        burn(pace);
        const Status shaped = frame.reshape(64, 64, PixelFormat::gray8);
        if (!shaped.ok()) return shaped;
        if (script_.starts_with(kLie)) lie_of_batch(frame.data(), batch_lies().at(script_.substr(kLie.size())));
        std::memset(frame.data(), static_cast<int>(given_), std::size_t{64} * 64);
        frame.set_pts_us(given_ * 1000);
        facts_.index = given_++;
        damage_.rows_decoded = 64;
        return true;
    }

private:
    static constexpr std::string_view kLie = "lie ";

    std::span<const std::uint8_t> bytes_;
    std::string script_;
    std::uint32_t given_ = 0;
};

// The start of an archive, and what it gives: "short 2" has two entries after one that there is no memory for; "endless"
// and "names" never end, nor does "corrupt"; "bytes" gives a MiB each time.
class ScriptArchive final : public ArchiveSource {
public:
    explicit ScriptArchive(std::string script) : script_(std::move(script)) {}

    Result<bool> next(ArchiveEntry& entry, std::span<const std::uint8_t>& bytes) override {
        entry = ArchiveEntry();
        bytes = {};
        entry.path = std::to_string(given_);
        entry.is_file = true;
        if (++given_ == 1 && script_.starts_with("short")) return Status(StatusCode::out_of_memory, "too large");
        unsigned whole = 0;
        if (std::sscanf(script_.c_str(), "short %u", &whole) == 1 && given_ > whole + 1) {
            ended_ = true;
            return false;
        }
        if (script_ == "exit") _exit(7);
        if (script_ == "spin") burn(1e9);
        if (script_ == "corrupt") return Status(StatusCode::corrupt, "not there");
        if (script_ == "names") entry.path = std::string(1U << 20, 'n');
        if (script_ == "bytes") bytes = megabyte_;
        return true;
    }
    [[nodiscard]] bool ended() const noexcept override { return ended_; }

private:
    std::string script_;
    std::vector<std::uint8_t> megabyte_ = std::vector<std::uint8_t>(1U << 20, 'b');
    unsigned given_ = 0;
    bool ended_ = false;
};

Result<std::unique_ptr<ArchiveSource>> open_script_archive(std::span<const std::uint8_t> bytes,
                                                           const ArchiveLimits& limits) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    constexpr std::string_view kMark = "PK\x03\x04!";
    if (!text.starts_with(kMark)) return open_archive(bytes, limits);
    return std::unique_ptr<ArchiveSource>(new ScriptArchive(std::string(text.substr(kMark.size()))));
}

// The start of a JPEG, so that scans take it for a picture, and what to do; all else is decoded as ever.
Result<std::unique_ptr<FrameSource>> open_script(std::span<const std::uint8_t> bytes, const DecodeLimits& limits,
                                                 DecodeMode mode) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    constexpr std::string_view kMark = "\xFF\xD8\xFF!";
    if (!text.starts_with(kMark)) return open_media(bytes, limits, mode);
    const std::string script(text.substr(kMark.size()));
    if (script.starts_with("frames ") || script.starts_with("still "))
        return std::unique_ptr<FrameSource>(new ScriptSource(bytes, script));
    const auto deed = deeds().find(script);
    if (deed == deeds().end()) return Status(StatusCode::unsupported, "no such script");
    return Status(StatusCode::corrupt, deed->second(bytes));
}

}  // namespace

int main() {
    return tutela::worker::run_worker({.picture = &open_script, .archive = &open_script_archive, .rare = true});
}
