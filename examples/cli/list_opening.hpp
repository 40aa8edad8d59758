// How the commands open the lists that they are given: encrypted ones with a key, and, when publishers are pinned, only
// those that a publisher has signed.
#pragma once

#include <optional>
#include <string>

#include "tutela/list.hpp"
#include "tutela/list_key.hpp"
#include "usage.hpp"

namespace tutela::cli {

// Whom a list must come from.
struct ListTrust {
    std::string keys_path;
    std::string state_path;      // empty: versions are not remembered
    std::string signature_path;  // empty: beside the list
    std::string list_name;       // empty: any
};

struct ListOpening {
    bool strict = false;  // a skipped line makes a text list useless
    LoadCheck check = LoadCheck::everything;
    std::optional<ListKey> key;
    std::optional<ListTrust> trust;
};

// Whether it is a file that begins as an encrypted list does.
bool is_encrypted_list(const std::string& path);
// Whether it is a snapshot in the open; a damaged or newer one is one too.
bool is_snapshot(const std::string& path);
// A list must not be written over what is no list: forgetting the name of the output would lose the first input. True,
// and said, when what is at `path` must be left alone.
bool must_not_overwrite(const std::string& path);

// --list-key-file and the like.
void add_list_key_options(Options& options);
// --trusted and what belongs to it.
void add_list_trust_options(Options& options);
// What these options say, --strict and --trust-list too where the command has them. Nothing, and said, when the key
// cannot be had. Throws UsageError.
std::optional<ListOpening> list_opening_or_say(const Options& options);

// Opens a snapshot, encrypted or not, or a text list. What is wrong with it is said; without a value there is no list to
// work with. `signature`, when not null, receives a line about the signature, if one was asked for.
std::optional<HashList> open_list_or_say(const std::string& path, const ListOpening& opening,
                                         std::string* signature = nullptr);

// Whether a list that was opened comes from whom it must come; it does when nobody was named. `line`, when not null,
// receives what the signature says.
Status check_trust(const HashList& list, const std::string& path, const ListOpening& opening,
                   std::string* line = nullptr);
// The same; what is wrong is said.
bool is_trusted_or_say(const HashList& list, const std::string& path, const ListOpening& opening,
                       std::string* line = nullptr);

}  // namespace tutela::cli
