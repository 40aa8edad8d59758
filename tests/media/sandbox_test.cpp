// The sandboxed decoder: it answers what the one in this process answers, survives whatever a file does to its worker,
// and the worker can do nothing but decode.
#include <dirent.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <initializer_list>
#include <string>
#include <vector>

#include "core/temp_folder.hpp"
#include "media/decode.hpp"
#include "media/samples.hpp"
#include "media/sandboxing.hpp"
#include "photos/photos.hpp"

namespace tutela::test {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

std::size_t open_descriptors() {
    std::size_t count = 0;
    DIR* folder = opendir("/proc/self/fd");
    while (readdir(folder) != nullptr)
        ++count;
    (void)closedir(folder);
    return count;
}

bool has_children() {
    siginfo_t info{};
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

void expect_works(Decoder& decoder) {
    const Bytes good = encode_jpeg(make_picture(40, 30, PixelFormat::rgb24).view());
    EXPECT_TRUE(status_of(decoder, good).ok()) << status_of(decoder, good).to_string();
}

void expect_same(Decoder& ours, Decoder& sandboxed, const Bytes& bytes, const std::string& name,
                 const DecodeLimits& limits = {}) {
    for (const DecodeMode mode : kAllModes) {
        const bool same = answers(ours, bytes, mode, limits) == answers(sandboxed, bytes, mode, limits);
        EXPECT_TRUE(same) << name << " in mode " << decode_mode_name(mode);
    }
}

// Status and words of each thing that a file can do.
struct Deed {
    const char* words;
    StatusCode code;
    const char* says;
};

void expect_deed(Decoder& decoder, const Deed& deed, const DecodeLimits& limits = {}) {
    const Status status = status_of(decoder, script(deed.words), limits);
    EXPECT_EQ(status.code(), deed.code) << deed.words << ": " << status.to_string();
    EXPECT_NE(status.message().find(deed.says), std::string::npos) << deed.words << ": " << status.to_string();
    expect_works(decoder);
}

TEST(Sandbox, GivesTheSameFramesForAllSamples) {
    const auto ours = make_decoder();
    const auto theirs = sandbox(real_worker());
    ASSERT_NE(theirs, nullptr);
    for (const Sample& sample : all_samples()) {
        expect_same(*ours, *theirs, sample.bytes, sample.name);
        for (const std::size_t cut : {std::size_t{0}, std::size_t{3}, sample.bytes.size() / 3, sample.bytes.size() / 2,
                                      sample.bytes.size() - 1}) {
            const Bytes start(sample.bytes.begin(), sample.bytes.begin() + static_cast<std::ptrdiff_t>(cut));
            expect_same(*ours, *theirs, start, sample.name + " cut at " + std::to_string(cut));
        }
        DecodeLimits tight;
        tight.max_pixels = 500;
        expect_same(*ours, *theirs, sample.bytes, sample.name + " with few pixels", tight);
        tight.max_bytes = 100;
        expect_same(*ours, *theirs, sample.bytes, sample.name + " with few bytes", tight);
    }
}

TEST(Sandbox, GivesTheSameFramesForPhotographs) {
    const auto ours = make_decoder();
    const auto theirs = sandbox(real_worker());
    ASSERT_NE(theirs, nullptr);
    std::size_t count = 0;
    for (const Photo& photo : all_photos()) {
        const Bytes bytes = photo_bytes(photo);
        const DecodeMode mode = kAllModes[count % 4];
        EXPECT_TRUE(answers(*ours, bytes, mode) == answers(*theirs, bytes, mode)) << photo.file;
        ++count;
    }
    EXPECT_GE(count, 300U);
}

TEST(Sandbox, CopiesFramesForNext) {
    const auto ours = make_decoder();
    const auto theirs = sandbox(real_worker());
    const Bytes bytes = encode_jpeg(make_picture(70, 50, PixelFormat::rgb24).view());
    EXPECT_TRUE(answers(*ours, bytes, DecodeMode::exact) == answers(*theirs, bytes, DecodeMode::exact, {}, false));
}

TEST(Sandbox, TakesAFileInItsRoomAndAnywhere) {
    const auto decoder = sandbox(real_worker());
    const Bytes bytes = encode_jpeg(make_picture(70, 50, PixelFormat::rgb24).view());
    const auto elsewhere = answers(*decoder, bytes, DecodeMode::exact);
    auto room = decoder->room(10);
    ASSERT_TRUE(room.ok());
    std::memcpy(room.value().data(), bytes.data(), 10);
    room = decoder->room(bytes.size() + 5);
    ASSERT_TRUE(room.ok());
    std::memcpy(room.value().data() + 10, bytes.data() + 10, bytes.size() - 10);
    EXPECT_TRUE(answers(*decoder, room.value().first(bytes.size()), DecodeMode::exact) == elsewhere);
    std::memmove(room.value().data() + 5, room.value().data(), bytes.size());
    EXPECT_TRUE(answers(*decoder, room.value().subspan(5, bytes.size()), DecodeMode::exact) == elsewhere);
}

TEST(Sandbox, TrimsAfterALargeFileAndGoesOn) {
    const auto decoder = sandbox(real_worker());
    auto room = decoder->room(100U << 20);
    ASSERT_TRUE(room.ok());
    std::memset(room.value().data(), 'x', room.value().size());
    EXPECT_EQ(decoder->open(room.value(), {}, DecodeMode::exact).status().code(), StatusCode::unsupported);
    decoder->trim();
    expect_works(*decoder);
}

// Bytes that the regions for pixels take; those for files have 2 GiB.
std::uint64_t output_bytes() {
    std::uint64_t bytes = 0;
    for (int fd = 0; fd < 256; ++fd) {
        struct stat facts {};
        char name[64] = "";
        const std::string link = "/proc/self/fd/" + std::to_string(fd);
        if (readlink(link.c_str(), name, sizeof(name) - 1) <= 0 || fstat(fd, &facts) != 0) continue;
        if (std::string(name).starts_with("/memfd:tutela") && facts.st_size != 2LL << 30)
            bytes += static_cast<std::uint64_t>(facts.st_blocks) * 512;
    }
    return bytes;
}

TEST(Sandbox, TrimsWhatAWorkerWroteBeforeItCrashed) {
    const auto decoder = sandbox(fault_worker());
    Frame frame;
    {
        const Bytes bytes = script("frames 1 exit");
        const auto source = decoder->open(bytes, {}, DecodeMode::exact);
        ASSERT_TRUE(source.ok());
        EXPECT_TRUE(source.value()->next(frame).value());
        EXPECT_EQ(source.value()->next(frame).status().code(), StatusCode::crashed);
    }
    EXPECT_GT(output_bytes(), 0U);
    decoder->trim();
    EXPECT_EQ(output_bytes(), 0U);
    expect_works(*decoder);
}

TEST(Sandbox, EndsWhatWasOpenedBefore) {
    const auto decoder = sandbox(fault_worker());
    const Bytes frames = script("frames 3");
    auto first = decoder->open(frames, {}, DecodeMode::exact);
    ASSERT_TRUE(first.ok());
    auto second = decoder->open(frames, {}, DecodeMode::exact);
    ASSERT_TRUE(second.ok());
    Frame frame;
    const Result<bool> stale = first.value()->next(frame);
    EXPECT_TRUE(stale.ok() && !stale.value());
    const Result<bool> fresh = second.value()->next(frame);
    EXPECT_TRUE(fresh.ok() && fresh.value());
}

TEST(Sandbox, EndsWithTheDecoderAndNotBefore) {
    auto decoder = sandbox(fault_worker());
    auto source = decoder->open(script("frames 2"), {}, DecodeMode::exact);
    ASSERT_TRUE(source.ok());
    decoder.reset();
    Frame frame;
    EXPECT_TRUE(source.value()->next(frame).value());
    EXPECT_TRUE(source.value()->next(frame).value());
    EXPECT_FALSE(source.value()->next(frame).value());
    EXPECT_EQ(frame.view().pts_us, 1000);
}

TEST(Sandbox, SurvivesCrashes) {
    const auto decoder = sandbox(fault_worker());
    for (const Deed& deed : std::vector<Deed>{
             {"crash", StatusCode::crashed, kSanitized ? "status" : "SIGSEGV"},
             {"fault", StatusCode::crashed, kSanitized ? "status" : "SIGSEGV"},
             {"abort", StatusCode::crashed, "SIGABRT"},
             {"exit", StatusCode::crashed, "status 7"},
         }) {
        expect_deed(*decoder, deed);
    }
}

TEST(Sandbox, EndsAWorkerForACallThatItMayNotMake) {
    const auto decoder = sandbox(fault_worker());
    for (const char* words : {"socket", "fork", "exec", "kill", "ptrace", "code"})
        expect_deed(*decoder, {words, StatusCode::crashed, "may not make"});
}

TEST(Sandbox, HasNoFilesAndNothingOfItsHost) {
    const auto decoder = sandbox(fault_worker());
    expect_deed(*decoder, {"open", StatusCode::corrupt, "open 13"});
    expect_deed(*decoder, {"stat", StatusCode::corrupt, "access 13"});
    expect_deed(*decoder, {"write to input", StatusCode::corrupt, "mprotect 13"});
    expect_deed(*decoder, {"environment", StatusCode::corrupt, "empty"});
    expect_deed(*decoder, {"descriptors", StatusCode::corrupt, "open: 3"});
    expect_deed(*decoder, {"print", StatusCode::corrupt, "printed"});
    expect_deed(*decoder, {"threads", StatusCode::corrupt, "no thread 11"});
    expect_deed(*decoder, {"close", StatusCode::corrupt, "close 13"});
}

TEST(Sandbox, BelievesNoLie) {
    const auto decoder = sandbox(fault_worker());
    for (const char* words :
         {"lie call", "lie serial", "lie status", "lie offset", "lie stride", "lie short stride", "lie size",
          "lie format", "lie text", "lie rows", "lie mode", "lie denominator", "lie reduced", "lie flag"}) {
        // A new worker for each, as the lies are told with the serial of a first call.
        const auto fresh = sandbox(fault_worker());
        expect_deed(*fresh, {words, StatusCode::crashed, "cannot be"});
    }
    EXPECT_EQ(status_of(*decoder, script("lie length")).code(), StatusCode::crashed);
    expect_works(*decoder);
}

TEST(Sandbox, KeepsMemoryToItsLimit) {
    if (kSanitized) GTEST_SKIP() << "the sanitizer's own memory allows no limit";
    const auto decoder = sandbox(fault_worker());
    DecodeLimits limits;
    limits.max_memory = 64U << 20;
    expect_deed(*decoder, {"alloc", StatusCode::out_of_memory, "more memory than its limit"}, limits);
}

// Each entry's path, and the status where it is none: "1", "out_of_memory", …
std::vector<std::string> entries_of(ArchiveSource& source) {
    std::vector<std::string> given;
    ArchiveEntry entry;
    std::span<const std::uint8_t> bytes;
    while (!source.ended()) {
        const Result<bool> next = source.next(entry, bytes);
        if (next.ok() && !next.value()) break;
        given.push_back(next.ok() ? entry.path : std::string(status_name(next.status().code())));
    }
    return given;
}

TEST(Sandbox, GoesOnInAnArchiveBehindAnEntryThatIsTooLarge) {
    const auto decoder = sandbox(fault_worker());
    for (int i = 0; i < 2; ++i) {
        const Bytes bytes = archive_script("short 2");
        const auto source = decoder->open_archive(bytes, {}, {});
        ASSERT_TRUE(source.ok()) << source.status().to_string();
        const pid_t worker = child_of(getpid());
        EXPECT_EQ(entries_of(*source.value()), (std::vector<std::string>{"out_of_memory", "1", "2"}));
        expect_works(*decoder);
        EXPECT_NE(child_of(getpid()), worker) << "the next file got a worker that ran short";
    }
}

// A tar of files of these sizes, named "0", "1", …
Bytes tar_of(std::initializer_list<std::size_t> sizes) {
    Bytes tar;
    char name = '0';
    for (const std::size_t size : sizes) {
        char header[512] = {};
        header[0] = name++;
        (void)snprintf(header + 100, 8, "%07o", 0644U);
        (void)snprintf(header + 108, 8, "%07o", 0U);
        (void)snprintf(header + 116, 8, "%07o", 0U);
        (void)snprintf(header + 124, 12, "%011zo", size);
        (void)snprintf(header + 136, 12, "%011o", 0U);
        std::memset(header + 148, ' ', 8);
        header[156] = '0';
        std::memcpy(header + 257, "ustar\00000", 8);
        unsigned sum = 0;
        for (const char byte : header)
            sum += static_cast<unsigned char>(byte);
        (void)snprintf(header + 148, 8, "%06o", sum);
        tar.insert(tar.end(), header, header + sizeof(header));
        tar.resize(tar.size() + (size + 511) / 512 * 512, 'x');
    }
    tar.resize(tar.size() + 1024);
    return tar;
}

TEST(Sandbox, KeepsAnArchivesMemoryToTheCallersLimit) {
    if (kSanitized) GTEST_SKIP() << "the sanitizer's own memory allows no limit";
    const auto decoder = sandbox(real_worker());
    // An entry of more than half of the memory has room; only one that cannot have any is left out.
    const Bytes bytes = tar_of({1000, 70U << 20, 130U << 20, 1000});
    DecodeLimits spending;
    spending.max_memory = 128U << 20;
    const auto source = decoder->open_archive(bytes, {}, spending);
    ASSERT_TRUE(source.ok()) << source.status().to_string();
    EXPECT_EQ(entries_of(*source.value()), (std::vector<std::string>{"0", "1", "out_of_memory", "3"}));
    const auto roomy = decoder->open_archive(bytes, {}, {});
    ASSERT_TRUE(roomy.ok()) << roomy.status().to_string();
    EXPECT_EQ(entries_of(*roomy.value()), (std::vector<std::string>{"0", "1", "2", "3"}));
}

TEST(Sandbox, KeepsAnArchivesTimeToTheCallersLimit) {
    const auto decoder = sandbox(fault_worker());
    const Bytes bytes = archive_script("spin");
    DecodeLimits spending;
    spending.max_file_seconds = 1;
    const auto source = decoder->open_archive(bytes, {}, spending);
    ASSERT_TRUE(source.ok()) << source.status().to_string();
    EXPECT_EQ(entries_of(*source.value()), (std::vector<std::string>{"timeout"}));
}

TEST(Sandbox, HasOneWorkerForArchivesAndPictures) {
    const auto decoder = sandbox(real_worker());
    const Bytes bytes = tar_of({10});
    const Bytes picture = encode_jpeg(make_picture(40, 30, PixelFormat::rgb24).view());
    DecodeLimits limits;
    limits.max_memory = 500U << 20;
    ASSERT_TRUE(decoder->open_archive(bytes, {}, limits).ok());
    const pid_t worker = child_of(getpid());
    EXPECT_TRUE(status_of(*decoder, picture, limits).ok());
    EXPECT_TRUE(decoder->open_archive(bytes, {}, limits).ok());
    EXPECT_EQ(child_of(getpid()), worker);
}

// A worker that was taken over keeps no limit itself.
TEST(Sandbox, EndsAnArchiveThatDoesNotEnd) {
    const auto decoder = sandbox(fault_worker());
    ArchiveLimits limits;
    limits.max_entries = 200;
    limits.max_total_bytes = 50U << 20;
    for (const auto& [words, answers] :
         {std::pair<const char*, std::size_t>{"endless", 403}, {"corrupt", 403}, {"names", 65}, {"bytes", 51}}) {
        const Bytes bytes = archive_script(words);
        const auto source = decoder->open_archive(bytes, limits, {});
        ASSERT_TRUE(source.ok()) << source.status().to_string();
        const std::vector<std::string> given = entries_of(*source.value());
        EXPECT_EQ(given.size(), answers) << words;
        EXPECT_EQ(given.back(), "limit") << words;
        expect_works(*decoder);
    }
}

TEST(Sandbox, KeepsTimeToItsLimits) {
    const auto decoder = sandbox(fault_worker());
    DecodeLimits limits;
    limits.max_frame_seconds = 1;
    expect_deed(*decoder, {"spin", StatusCode::timeout, "a frame took more than 1 second"}, limits);
    expect_deed(*decoder, {"hang", StatusCode::timeout, "no answer for 6 seconds"}, limits);
    limits.max_frame_seconds = 0;
    limits.max_frame_seconds = 10;
    limits.max_file_seconds = 1;
    auto source = decoder->open(script("frames 100 each 0.3"), limits, DecodeMode::exact);
    ASSERT_TRUE(source.ok());
    Frame frame;
    int given = 0;
    Result<bool> next = true;
    for (; next.ok() && next.value(); ++given)
        next = source.value()->next(frame);
    EXPECT_EQ(next.status().code(), StatusCode::timeout) << next.status().to_string();
    EXPECT_NE(next.status().message().find("the file took more than 1 second"), std::string::npos);
    EXPECT_GE(given, 2);
    EXPECT_LE(given, 5);
    expect_works(*decoder);
}

TEST(Sandbox, TakesAnyTimeForALimit) {
    const auto decoder = sandbox(fault_worker());
    for (const std::uint32_t most : {1'600'000'000U, 2'000'000'000U, 0xFFFFFFFFU}) {
        DecodeLimits limits;
        limits.max_frame_seconds = most;
        limits.max_file_seconds = most;
        const Status status = status_of(*decoder, script("frames 1 each 0.05"), limits);
        EXPECT_TRUE(status.ok()) << status.to_string();
    }
}

TEST(Sandbox, GivesTheFramesBeforeACrash) {
    const auto decoder = sandbox(fault_worker());
    for (const char* then : {"crash", "exit", "socket"}) {
        auto source = decoder->open(script(std::string("frames 3 ") + then), {}, DecodeMode::exact);
        ASSERT_TRUE(source.ok());
        Frame frame;
        for (int i = 0; i < 3; ++i) {
            const Result<bool> next = source.value()->next(frame);
            ASSERT_TRUE(next.ok() && next.value());
            EXPECT_EQ(frame.data()[0], i);
        }
        EXPECT_EQ(source.value()->next(frame).status().code(), StatusCode::crashed);
        const Result<bool> after = source.value()->next(frame);
        EXPECT_TRUE(after.ok() && !after.value());
    }
}

TEST(Sandbox, GivesTheFrameBeforeItRunsShort) {
    const auto decoder = sandbox(fault_worker());
    for (const char* words : {"still frames 1 throw", "frames 1 throw"}) {
        const Bytes bytes = script(words);
        const auto source = decoder->open(bytes, {}, DecodeMode::exact);
        ASSERT_TRUE(source.ok()) << source.status().to_string();
        Frame frame;
        const Result<bool> next = source.value()->next(frame);
        EXPECT_TRUE(next.ok() && next.value()) << words << ": " << next.status().to_string();
        EXPECT_EQ(source.value()->next(frame).status().code(), StatusCode::out_of_memory) << words;
        expect_works(*decoder);
    }
}

TEST(Sandbox, LimitsTheFramesOfAFile) {
    const auto decoder = sandbox(fault_worker());
    DecodeLimits limits;
    limits.max_frames = 2;
    auto source = decoder->open(script("frames 5"), limits, DecodeMode::exact);
    ASSERT_TRUE(source.ok());
    Frame frame;
    EXPECT_TRUE(source.value()->next(frame).value());
    EXPECT_TRUE(source.value()->next(frame).value());
    EXPECT_EQ(source.value()->next(frame).status().code(), StatusCode::limit);
}

TEST(Sandbox, LeavesNothingBehindAThousandCrashes) {
    const std::size_t before = open_descriptors();
    {
        const auto decoder = sandbox(fault_worker());
        const std::size_t with_one = open_descriptors();
        const int crashes = kSanitized ? 50 : 1000;
        for (int i = 0; i < crashes; ++i) {
            ASSERT_EQ(status_of(*decoder, script("exit")).code(), StatusCode::crashed);
            ASSERT_FALSE(has_children()) << "a zombie after " << i << " crashes";
        }
        expect_works(*decoder);
        EXPECT_EQ(open_descriptors(), with_one);
    }
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_FALSE(has_children());
}

TEST(Sandbox, RaisesNoSignalInTheHost) {
    // A host that has never heard of SIGPIPE ends by it.
    ASSERT_EQ(signal(SIGPIPE, SIG_DFL), SIG_DFL);
    const auto decoder = sandbox(fault_worker());
    EXPECT_EQ(status_of(*decoder, script("exit")).code(), StatusCode::crashed);
    expect_works(*decoder);
}

TEST(Sandbox, ToleratesAHostThatReapsAllChildren) {
    const auto before = signal(SIGCHLD, SIG_IGN);
    {
        const auto decoder = sandbox(fault_worker());
        EXPECT_EQ(status_of(*decoder, script("crash")).code(), StatusCode::crashed);
        expect_works(*decoder);
    }
    (void)signal(SIGCHLD, before);
}

bool is_gone(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string number;
    std::string name;
    std::string state;
    file >> number >> name >> state;
    return !file || state == "Z" || state == "X";
}

TEST(Sandbox, EndsWithAHostThatIsKilled) {
    for (const char* words : {"spin", "hang", ""}) {
        const pid_t host = fork();
        ASSERT_GE(host, 0);
        if (host == 0) {
            const auto decoder = make_sandboxed_decoder(fault_worker());
            if (!decoder.ok()) _exit(1);
            if (*words != 0) (void)decoder.value()->open(script(words), {}, DecodeMode::exact);
            for (;;)
                (void)pause();
        }
        pid_t worker = 0;
        for (int i = 0; i < 1000 && worker == 0; ++i) {
            (void)usleep(10'000);
            worker = child_of(host);
        }
        ASSERT_NE(worker, 0);
        (void)usleep(300'000);
        EXPECT_FALSE(is_gone(worker)) << words;
        (void)kill(host, SIGKILL);
        (void)waitpid(host, nullptr, 0);
        bool gone = false;
        for (int i = 0; i < 1000 && !gone; ++i) {
            (void)usleep(10'000);
            gone = is_gone(worker);
        }
        EXPECT_TRUE(gone) << "the worker outlives its host while it does: " << words;
    }
}

// A child of a host must neither talk to its parent's worker nor end it.
TEST(Sandbox, IsTheParentsAfterAFork) {
    const auto decoder = sandbox(fault_worker());
    expect_works(*decoder);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        const Bytes good = encode_jpeg(make_picture(40, 30, PixelFormat::rgb24).view());
        _exit(status_of(*decoder, good).ok() && status_of(*decoder, script("crash")).code() == StatusCode::crashed ? 0
                                                                                                                   : 1);
    }
    int state = 0;
    ASSERT_EQ(waitpid(child, &state, 0), child);
    EXPECT_TRUE(WIFEXITED(state) && WEXITSTATUS(state) == 0);
    const pid_t worker = child_of(getpid());
    expect_works(*decoder);
    EXPECT_EQ(child_of(getpid()), worker) << "the parent's worker was ended";
}

TEST(Sandbox, SaysThatThereIsNoWorker) {
    const TempFolder folder;
    const auto missing = make_sandboxed_decoder({(folder.path() / "none").string()});
    EXPECT_EQ(missing.status().code(), StatusCode::not_found) << missing.status().to_string();
    const std::string plain = (folder.path() / "plain").string();
    std::ofstream(plain) << "no program";
    const auto refused = make_sandboxed_decoder({plain});
    EXPECT_EQ(refused.status().code(), StatusCode::permission_denied) << refused.status().to_string();
    ASSERT_EQ(chmod(plain.c_str(), 0700), 0);
    EXPECT_FALSE(make_sandboxed_decoder({plain}).ok());
    const auto other = make_sandboxed_decoder({"/bin/true"});
    EXPECT_EQ(other.status().code(), StatusCode::unsupported) << other.status().to_string();
    const auto old = make_sandboxed_decoder({TUTELA_OLD_WORKER});
    EXPECT_EQ(old.status().code(), StatusCode::unsupported);
    EXPECT_NE(old.status().message().find("not of this version"), std::string::npos) << old.status().to_string();
    EXPECT_FALSE(has_children());
}

// Whether a decoder is refused with these words in a process that is first made poorer.
template <typename Poorer>
bool is_refused(Poorer poorer, const char* words) {
    const pid_t child = fork();
    if (child == 0) {
        if (!poorer()) _exit(2);
        const auto decoder = make_sandboxed_decoder(real_worker());
        const bool told = decoder.status().code() == StatusCode::unsupported &&
                          decoder.status().message().find(words) != std::string::npos;
        if (!told) ADD_FAILURE() << decoder.status().to_string();
        _exit(told ? 0 : 1);
    }
    int state = 0;
    return waitpid(child, &state, 0) == child && WIFEXITED(state) && WEXITSTATUS(state) == 0;
}

// The system as it would be without a call; what this process starts lives in it too.
bool take_away(std::initializer_list<int> calls) {
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    bool done = filter != nullptr;
    for (const int call : calls)
        done = done && seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), call, 0) == 0;
    done = done && seccomp_load(filter) == 0;
    seccomp_release(filter);
    return done;
}

TEST(Sandbox, RefusesToWorkWhereItCannotConfine) {
    EXPECT_TRUE(is_refused([] { return take_away({SCMP_SYS(landlock_create_ruleset)}); }, "Landlock"));
    EXPECT_TRUE(is_refused([] { return take_away({SCMP_SYS(landlock_restrict_self)}); }, "Landlock"));
    EXPECT_TRUE(is_refused([] { return take_away({SCMP_SYS(seccomp), SCMP_SYS(prctl)}); }, ""));
    EXPECT_TRUE(is_refused([] { return take_away({SCMP_SYS(seccomp)}); }, "seccomp"));
    EXPECT_TRUE(is_refused([] { return take_away({SCMP_SYS(close_range)}); }, "close_range"));
    EXPECT_TRUE(is_refused([] { return take_away({SCMP_SYS(memfd_create)}); }, "memfd"));
    EXPECT_TRUE(is_refused(
        [] {
            const struct rlimit small { 1U << 20, 1U << 20 };
            return setrlimit(RLIMIT_FSIZE, &small) == 0;
        },
        "ulimit -f"));
}

}  // namespace
}  // namespace tutela::test
