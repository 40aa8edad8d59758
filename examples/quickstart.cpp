// Hash a picture, look it up in a list, scan a folder. Usage: quickstart_cpp LIST PICTURE FOLDER
#include <fstream>
#include <iostream>
#include <iterator>

#include "tutela/scan.hpp"

// The value, or the end of the program.
template <typename T>
T take(tutela::Result<T> result) {
    if (result.ok()) return std::move(result).value();
    std::cerr << result.status().to_string() << '\n';
    std::exit(2);
}

int main(int argc, char** argv) {
    if (argc != 4) return std::cerr << "usage: " << argv[0] << " LIST PICTURE FOLDER\n", 2;
    std::ifstream file(argv[2], std::ios::binary);
    const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});

    const auto source = take(tutela::open_media({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}));
    tutela::Frame frame;
    if (!take(source->next(frame))) return 2;
    tutela::PdqHasher hasher;
    const tutela::FrameHash found = take(hasher.hash(frame.view()));

    const auto list = take(tutela::open_list(argv[1]));  // a snapshot, or text: hash,id,category,label a line
    const auto index = take(list.open_index());
    std::vector<tutela::Neighbor> near;
    if (!index->search(found.hash, 31, near).ok()) return 2;
    std::cout << "quality " << found.quality << ", " << near.size() << " of " << list.size() << " entries\n";

    const auto scanner = take(tutela::Scanner::create(list));
    const auto print_row = [](const tutela::FileRow& row) {
        std::cout << row.path << ": " << tutela::outcome_name(row.outcome) << '\n';
        for (const tutela::MatchFact& match : row.matches)
            std::cout << "  " << match.entry_id << " at distance " << match.distance_bits << '\n';
        return tutela::Status();
    };
    tutela::ThreadPool threads;
    const std::string paths[] = {argv[3]};
    const tutela::RunTotals totals = take(scanner.scan(paths, threads, print_row));
    std::cout << "scanned " << totals.files << " files\n";
}
