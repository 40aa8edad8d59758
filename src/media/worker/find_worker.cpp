#include "media/worker/find_worker.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

namespace tutela::worker {

namespace {

namespace fs = std::filesystem;

// The file that this code was loaded from: the shared library, a Python module, or the program itself.
fs::path this_file() {
    static const char anchor = 0;
    Dl_info info{};
    // Of a program this is argv[0]. A name without a path would be looked up in the current folder, which may be
    // anybody's.
    if (::dladdr(&anchor, &info) == 0 || info.dli_fname == nullptr || info.dli_fname[0] != '/') return {};
    std::error_code error;
    fs::path path = fs::canonical(info.dli_fname, error);
    return error ? fs::path() : path;
}

fs::path this_program() {
    std::error_code error;
    fs::path path = fs::read_symlink("/proc/self/exe", error);
    return error ? fs::path() : path;
}

}  // namespace

bool is_program(const std::string& path) {
    std::error_code error;
    return fs::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
}

std::string rare_worker(const std::string& program) {
    return program + "-rare";
}

std::string find_worker(const char* name) {
    for (const fs::path& file : {this_file(), this_program()}) {
        if (!file.is_absolute()) continue;
        const fs::path folder = file.parent_path();
        for (const char* way : {".", TUTELA_LIBEXEC_FROM_LIB, TUTELA_LIBEXEC_FROM_BIN}) {
            const fs::path candidate = (folder / way / name).lexically_normal();
            if (is_program(candidate)) return candidate.string();
        }
    }
    const fs::path installed = fs::path(TUTELA_LIBEXEC) / name;
    return is_program(installed) ? installed.string() : std::string();
}

}  // namespace tutela::worker
