// How fast a list of others is read: a VICS JSON of a million records, in MB/s, and the memory that it takes beside the
// builder.
//
//   bench_import             1,000,000 records
//   bench_import RECORDS
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "tutela/import.hpp"

namespace {

std::string hex(std::mt19937_64& random, std::size_t digits) {
    std::string text(digits, '0');
    for (char& c : text)
        c = "0123456789ABCDEF"[random() % 16];
    return text;
}

void write_vics(const std::filesystem::path& path, std::size_t records) {
    std::mt19937_64 random(1);
    std::ofstream file(path, std::ios::binary);
    file
        << "{\"@odata.context\":\"http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/US/$metadata#Media\",\n"
           "\"value\":[";
    for (std::size_t i = 0; i < records; ++i) {
        file << (i == 0 ? "\n" : ",\n") << "{\"MediaID\":" << i << ",\"Category\":" << 1 + i % 4 << ",\"MD5\":\""
             << hex(random, 32) << "\",\"SHA1\":\"" << hex(random, 40)
             << "\",\"VictimIdentified\":\"false\",\"IsDistributed\":true,\"Series\":\"SYNTH-" << i % 1000
             << "\",\"MediaSize\":48213,\"MimeType\":\"image/jpeg\",\"AlternativeHashes\":[{\"HashName\":\"PDQ\","
                "\"HashValue\":\""
             << hex(random, 64) << "\"}]}";
    }
    file << "]}\n";
}

long peak_kib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t records = argc > 1 && argv[1][0] != '-' ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
    const std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("bench_import." + std::to_string(getpid()) + ".json");
    write_vics(path, records);
    const double megabytes = static_cast<double>(std::filesystem::file_size(path)) / 1e6;
    double best = 0;
    long grown = 0;
    for (int round = 0; round < 3; ++round) {
        const long before = peak_kib();
        tutela::ListBuilder builder;
        tutela::ImportReport report;
        const auto start = std::chrono::steady_clock::now();
        const tutela::Status status = tutela::import_list(path, builder, {}, report);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        if (!status.ok() || report.added != records) {
            std::fprintf(stderr, "bench_import: %s\n", status.to_string().c_str());
            std::filesystem::remove(path);
            return 1;
        }
        best = std::max(best, megabytes / took.count());
        if (round == 0) grown = peak_kib() - before;
    }
    std::filesystem::remove(path);
    std::printf("vics/N:%zu %.0f MB, %.0f MB/s (best of 3), peak memory %+.1f MB with the builder's own\n", records,
                megabytes, best, static_cast<double>(grown) * 1024 / 1e6);
    return 0;
}
