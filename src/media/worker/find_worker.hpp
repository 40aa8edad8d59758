// Where the worker program lies.
#pragma once

#include <string>

namespace tutela::worker {

// The program of this name: beside the library or the program that holds it, in the libexec folder of the tree that it is
// installed in, or where this build was to be installed. Empty when it is nowhere.
std::string find_worker(const char* name);

inline constexpr const char* kPictureWorker = "tutela-worker";  // and for archives
inline constexpr const char* kVideoWorker = "tutela-video-worker";
inline constexpr const char* kStreamWorker = "tutela-stream";

// The program for rare formats, which lies beside the one of this name.
std::string rare_worker(const std::string& program);

bool is_program(const std::string& path);

}  // namespace tutela::worker
