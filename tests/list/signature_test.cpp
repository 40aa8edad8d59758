// Signed lists: what is accepted, and that everything else is refused with its reason.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <thread>

#include "core/digest.hpp"
#include "core/temp_folder.hpp"
#include "list/list_test_support.hpp"
#include "tutela/list_key.hpp"
#include "tutela/list_signature.hpp"

namespace tutela {
namespace {

SecondUtc at(std::string_view text) {
    return time_from_text(text).value();
}

const SecondUtc kNow = at("2026-11-30T12:00:00Z");

PinnedKeys pin(const SigningKey& key) {
    return PinnedKeys::from_text("a hotline " + to_hex(key.public_key()) + "\n").value();
}

SignedFacts facts(std::uint64_t version = 7, std::string name = "known pictures") {
    SignedFacts wanted;
    wanted.list_name = std::move(name);
    wanted.version = version;
    wanted.created = kNow - std::chrono::hours(1);
    wanted.expires = kNow + std::chrono::hours(1);
    return wanted;
}

struct Signed {
    SigningKey key = SigningKey::generate().value();
    HashList list = build(random_entries(20, 1));
    ListSignature signature = sign_list(list, facts(), key).value();
};

TEST(Signature, OfAPinnedKeyIsGood) {
    const Signed s;
    const PinnedKeys pinned = pin(s.key);
    EXPECT_TRUE(verify_signature(s.list, s.signature, pinned, kNow).ok());
    EXPECT_TRUE(verify_signature(s.list, s.signature, pinned, kNow, "known pictures").ok());
    EXPECT_EQ(*pinned.name_of(s.signature.facts.publisher), "a hotline");
    EXPECT_EQ(bytes_to_hex(s.signature.facts.digest), s.list.digest_hex());
}

TEST(Signature, IsRefusedWithItsReason) {
    const Signed s;
    const PinnedKeys pinned = pin(s.key);
    const PinnedKeys others = pin(SigningKey::generate().value());
    const auto expect = [&](const Status& status, StatusCode code, std::string_view message) {
        EXPECT_EQ(status.code(), code);
        EXPECT_EQ(status.message(), message);
    };
    expect(verify_signature(s.list, s.signature, others, kNow), StatusCode::permission_denied,
           "the list is signed by nobody who is trusted");
    expect(verify_signature(s.list, s.signature, pinned, kNow, "other"), StatusCode::permission_denied,
           "the signature is of a list of another name");
    expect(verify_signature(s.list, s.signature, pinned, *s.signature.facts.expires), StatusCode::permission_denied,
           "the list has expired");
    EXPECT_TRUE(
        verify_signature(s.list, s.signature, pinned, *s.signature.facts.expires - std::chrono::seconds(1)).ok());
    expect(verify_signature(s.list, s.signature, pinned,
                            s.signature.facts.created - kSignatureLeeway - std::chrono::seconds(1)),
           StatusCode::permission_denied, "the list was signed after now: a clock is wrong");
    EXPECT_TRUE(verify_signature(s.list, s.signature, pinned, s.signature.facts.created - kSignatureLeeway).ok());
    expect(verify_signature(build(random_entries(20, 2)), s.signature, pinned, kNow), StatusCode::checksum_mismatch,
           "the signature is of another list, or the list was changed");
    ListSignature forged = s.signature;
    forged.facts.version = 8;
    expect(verify_signature(s.list, forged, pinned, kNow), StatusCode::checksum_mismatch,
           "the signature is not the publisher's");
    SignedFacts forever = facts();
    forever.expires.reset();
    const ListSignature endless = sign_list(s.list, forever, s.key).value();
    EXPECT_TRUE(verify_signature(s.list, endless, pinned, at("9000-01-01T00:00:00Z")).ok());
}

TEST(Signature, EveryFlippedBitOfItsFileIsRefused) {
    const Signed s;
    const PinnedKeys pinned = pin(s.key);
    const std::string good = to_text(s.signature);
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        std::string bad = good;
        bad[bit / 8] = static_cast<char>(static_cast<unsigned char>(bad[bit / 8]) ^ (1U << (bit % 8)));
        const Result<ListSignature> read = signature_from_text(bad);
        ASSERT_FALSE(read.ok() && verify_signature(s.list, read.value(), pinned, kNow).ok()) << bit;
    }
    for (std::size_t size = 0; size < good.size(); ++size)
        ASSERT_FALSE(signature_from_text(good.substr(0, size)).ok()) << size;
}

TEST(Signature, ItsTextIsTheOnlyOne) {
    const Signed s;
    const std::string text = to_text(s.signature);
    EXPECT_EQ(signature_from_text(text).value(), s.signature);
    EXPECT_EQ(to_text(signature_from_text(text).value()), text);
    EXPECT_EQ(std::ranges::count(text, '\n'), 8);
    EXPECT_EQ(text.substr(0, 54), "tutela-list-signature 1\nlist known pictures\nversion 7\n");
    const auto changed = [&](std::string_view what, std::string_view by) {
        std::string other = text;
        other.replace(other.find(what), what.size(), by);
        return signature_from_text(other).status().code();
    };
    EXPECT_EQ(changed("signature 1", "signature 2"), StatusCode::version_mismatch);
    for (const auto& [what, by] :
         std::vector<std::pair<std::string_view, std::string_view>>{{"version 7", "version 07"},
                                                                    {"version 7", "version 0"},
                                                                    {"version 7", "version -7"},
                                                                    {"version 7", "version 18446744073709551616"},
                                                                    {"version 7\n", ""},
                                                                    {"version 7\n", "version 7\nversion 7\n"},
                                                                    {"list known", "list  known"},
                                                                    {"pictures", "pictures "},
                                                                    {"pictures", "\xff"},
                                                                    {"list known pictures", "list "},
                                                                    {"T11:00:00Z", "T11:00:00+00:00"},
                                                                    {"T11:00:00Z", "t11:00:00z"},
                                                                    {"2026-11-30T11", "2026-11-31T11"},
                                                                    {"\n", "\r\n"},
                                                                    {"\nsignature ", "\n\nsignature "}}) {
        EXPECT_EQ(changed(what, by), StatusCode::corrupt) << what << " -> " << by;
    }
    EXPECT_EQ(signature_from_text(text + "\n").status().code(), StatusCode::corrupt);
    EXPECT_EQ(signature_from_text("").status().code(), StatusCode::corrupt);
    EXPECT_EQ(signature_from_text(std::string(5000, 'a')).status().code(), StatusCode::corrupt);
}

TEST(Signature, LiesInAFileBesideTheList) {
    const TempFolder folder;
    const Signed s;
    EXPECT_EQ(signature_path(folder / "list.tutela"), folder / "list.tutela.sig");
    ASSERT_TRUE(save_signature(s.signature, folder / "list.sig").ok());
    EXPECT_EQ(load_signature(folder / "list.sig").value(), s.signature);
    EXPECT_EQ(load_signature(folder / "none").status().code(), StatusCode::not_found);
    EXPECT_EQ(load_signature(folder.path()).status().code(), StatusCode::unsupported);
}

TEST(Signature, StaysGoodForTheSameEntriesInAnotherFile) {
    const TempFolder folder;
    const Signed s;
    InlineExecutor here;
    const ListKey key = ListKey::generate().value();
    ASSERT_TRUE(save_encrypted(s.list, folder / "list", key).ok());
    EXPECT_TRUE(verify_signature(s.list.with_index(here).value(), s.signature, pin(s.key), kNow).ok());
    const HashList opened = open_list(folder / "list", ListOpenOptions{.key = key}).value();
    EXPECT_TRUE(verify_signature(opened, s.signature, pin(s.key), kNow).ok());
}

// Of a list loaded by its layout the digest is a claim: whoever changes a hash leaves it as it is.
TEST(Signature, DoesNotTrustAnUncheckedDigest) {
    const Signed s;
    model::Bytes bytes(s.list.bytes().begin(), s.list.bytes().end());
    const auto& hash = s.list.hashes()[3].bytes;
    *std::search(bytes.begin(), bytes.end(), hash.begin(), hash.end()) ^= 1;
    const Result<HashList> changed = HashList::from_bytes(bytes, LoadCheck::layout);
    ASSERT_TRUE(changed.ok());
    ASSERT_EQ(changed.value().digest_hex(), s.list.digest_hex());
    EXPECT_EQ(verify_signature(changed.value(), s.signature, pin(s.key), kNow).code(), StatusCode::checksum_mismatch);
    EXPECT_EQ(sign_list(changed.value(), facts(), s.key).status().code(), StatusCode::checksum_mismatch);
    const Result<HashList> same = HashList::from_bytes(s.list.bytes(), LoadCheck::layout);
    EXPECT_TRUE(verify_signature(same.value(), s.signature, pin(s.key), kNow).ok());
}

TEST(Signature, IsMadeOfSensibleFactsAlone) {
    const Signed s;
    const auto code = [&](const SignedFacts& wanted) { return sign_list(s.list, wanted, s.key).status().code(); };
    for (const std::string& name : {std::string(), std::string(256, 'a'), std::string("a\nb"), std::string(" a"),
                                    std::string("a "), std::string("\xff"), std::string("a\0b", 3)})
        EXPECT_EQ(code(facts(1, name)), StatusCode::invalid_argument) << name;
    EXPECT_EQ(code(facts(1, std::string(255, 'a'))), StatusCode::ok);
    EXPECT_EQ(code(facts(1, "Zoë")), StatusCode::ok);
    EXPECT_EQ(code(facts(0)), StatusCode::invalid_argument);
    EXPECT_EQ(code(facts(UINT64_MAX)), StatusCode::ok);
    SignedFacts wanted = facts();
    wanted.expires = wanted.created;
    EXPECT_EQ(code(wanted), StatusCode::invalid_argument);
    wanted.expires = at("9999-12-31T23:59:59Z") + std::chrono::seconds(1);
    EXPECT_EQ(code(wanted), StatusCode::invalid_argument);
}

TEST(SignatureTime, IsWrittenInOneWay) {
    for (const std::string text :
         {"1970-01-01T00:00:00Z", "2000-02-29T23:59:59Z", "2026-11-30T11:31:18Z", "9999-12-31T23:59:59Z"})
        EXPECT_EQ(to_text(time_from_text(text).value()), text);
    EXPECT_EQ(at("2026-11-30T11:31:18Z").time_since_epoch().count(), 1'796'038'278);
    for (const std::string text :
         {"", "2026-11-30", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
          "2026-11-30T24:00:00Z", "2026-11-30T00:60:00Z", "2026-11-30T00:00:60Z", "2026-11-30 00:00:00Z",
          "2026-11-30T00:00:00", "1969-12-31T23:59:59Z", "2026-11-3aT00:00:00Z", "+026-11-30T00:00:00Z"})
        EXPECT_EQ(time_from_text(text).status().code(), StatusCode::invalid_argument) << text;
}

// The first test vector of RFC 8032.
TEST(SigningKey, MakesThePublicKeyOfItsSeed) {
    const TempFolder folder;
    write_file(folder / "key",
               "tutela-signing-key 1\n9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60\n");
    ASSERT_EQ(chmod((folder / "key").c_str(), 0600), 0);
    const Result<SigningKey> key = SigningKey::load(folder / "key");
    ASSERT_TRUE(key.ok()) << key.status().to_string();
    EXPECT_EQ(to_hex(key.value().public_key()), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
}

TEST(SigningKey, IsWrittenForItsOwnerAloneAndReplacesNothing) {
    const TempFolder folder;
    const SigningKey key = SigningKey::generate().value();
    ASSERT_TRUE(key.save(folder / "key").ok());
    struct stat status {};
    ASSERT_EQ(stat((folder / "key").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    const SigningKey loaded = SigningKey::load(folder / "key").value();
    EXPECT_EQ(loaded.public_key(), key.public_key());
    const HashList list = build(random_entries(2, 3));
    EXPECT_EQ(sign_list(list, facts(), loaded).value(), sign_list(list, facts(), key).value());
    EXPECT_EQ(key.save(folder / "key").code(), StatusCode::invalid_argument);
    EXPECT_EQ(SigningKey::load(folder / "none").status().code(), StatusCode::not_found);
    ASSERT_EQ(chmod((folder / "key").c_str(), 0640), 0);
    EXPECT_EQ(SigningKey::load(folder / "key").status().code(), StatusCode::permission_denied);
    for (const std::string text :
         {"", "tutela-signing-key 1\n", "tutela-signing-key 1\nsecret\n", "9d61b19deffd5a60"}) {
        write_file(folder / "bad", text);
        ASSERT_EQ(chmod((folder / "bad").c_str(), 0600), 0);
        EXPECT_EQ(SigningKey::load(folder / "bad").status().code(), StatusCode::corrupt);
    }
}

TEST(PinnedKeys, AreReadLineByLine) {
    const std::string a(64, 'a');
    const std::string b = std::string(63, 'B') + "1";
    PublicKey key_a;
    key_a.bytes.fill(0xaa);
    const PinnedKeys pinned = PinnedKeys::from_text("# trusted\n\n  a hotline \t " + a + " \r\n\npolice\t" + b).value();
    EXPECT_EQ(pinned.size(), 2U);
    EXPECT_EQ(*pinned.name_of(key_a), "a hotline");
    EXPECT_EQ(*pinned.name_of(public_key_from_hex(b).value()), "police");
    EXPECT_EQ(pinned.name_of(PublicKey()), nullptr);
    for (const std::string& text :
         {std::string(), std::string("# none\n"), a, "name " + a.substr(1), "name " + a + "0", "name g" + a.substr(1),
          "a " + a + "\nb " + a, std::string("\xff ") + a, "a " + a + "\nmistake\n"})
        EXPECT_EQ(PinnedKeys::from_text(text).status().code(), StatusCode::corrupt) << text;
    const TempFolder folder;
    EXPECT_EQ(PinnedKeys::load(folder / "none").status().code(), StatusCode::not_found);
}

class AcceptedVersions : public testing::Test {
protected:
    Status accept(std::uint64_t version, std::uint64_t seed = 1, std::string name = "known") {
        return accept_by(key_, version, seed, std::move(name));
    }
    Status accept_by(const SigningKey& key, std::uint64_t version, std::uint64_t seed, std::string name) {
        const HashList list = build(random_entries(3, seed));
        return accept_version(sign_list(list, facts(version, std::move(name)), key).value(), state_);
    }

    TempFolder folder_;
    std::filesystem::path state_ = folder_ / "state";
    SigningKey key_ = SigningKey::generate().value();
};

TEST_F(AcceptedVersions, NeverGoBack) {
    EXPECT_TRUE(accept(5).ok());
    EXPECT_TRUE(accept(5).ok());
    EXPECT_EQ(accept(4).code(), StatusCode::permission_denied);
    EXPECT_EQ(accept(5, 2).code(), StatusCode::permission_denied);
    EXPECT_TRUE(accept(9, 2).ok());
    EXPECT_EQ(accept(8).message(), "a newer version of the list has been accepted before");
    EXPECT_EQ(accept(9).message(), "another list has been accepted under this name and version before");
    EXPECT_TRUE(accept(1, 1, "another").ok());
    EXPECT_TRUE(accept_by(SigningKey::generate().value(), 1, 1, "known").ok());
    EXPECT_EQ(accept(8).code(), StatusCode::permission_denied);
    EXPECT_TRUE(accept(9, 2).ok());
    EXPECT_EQ(folder_.count(), 2U);  // the state and its lock
    struct stat status {};
    ASSERT_EQ(stat(state_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(AcceptedVersions, ADamagedStateIsRefusedAndKept) {
    ASSERT_TRUE(accept(5, 1, "a name of words").ok());
    ASSERT_TRUE(accept(6).ok());
    const std::vector<std::uint8_t> good = read_file(state_);
    const ListSignature next = sign_list(build({}), facts(7, "known"), key_).value();
    for (std::size_t i = 0; i < good.size() * 8; i += 5) {
        std::vector<std::uint8_t> bad = good;
        bad[i / 8] ^= static_cast<std::uint8_t>(1U << (i % 8));
        write_file(state_, bad);
        const StatusCode code = accept_version(next, state_).code();
        ASSERT_TRUE(code == StatusCode::corrupt || code == StatusCode::version_mismatch) << i;
        ASSERT_TRUE(i % 97 != 0 || read_file(state_) == bad);
    }
    for (std::size_t size = 0; size < good.size(); size += 7) {
        write_file(state_, std::span(good).first(size));
        ASSERT_EQ(accept_version(next, state_).code(), StatusCode::corrupt) << size;
    }
    write_file(state_, good);
    EXPECT_TRUE(accept(7).ok());
}

TEST_F(AcceptedVersions, AnErrorRemembersNothing) {
    ASSERT_TRUE(accept(5).ok());
    EXPECT_EQ(accept_version(sign_list(build({}), facts(1), key_).value(), folder_ / "none" / "state").code(),
              StatusCode::not_found);
    EXPECT_EQ(accept_version(sign_list(build({}), facts(1), key_).value(), folder_.path()).code(),
              StatusCode::unsupported);
}

TEST_F(AcceptedVersions, SeveralWritersNeverLoseTheHighest) {
    constexpr std::uint64_t kEach = 25;
    std::vector<std::thread> writers;
    for (std::uint64_t writer = 0; writer < 4; ++writer) {
        writers.emplace_back([this, writer] {
            for (std::uint64_t i = 1; i <= kEach; ++i)
                (void)accept(i * 4 + writer, 1, "shared").ok();
            EXPECT_TRUE(accept(1, 1, "of " + std::to_string(writer)).ok());
        });
    }
    for (std::thread& writer : writers)
        writer.join();
    EXPECT_EQ(accept(kEach * 4 + 2, 1, "shared").code(), StatusCode::permission_denied);
    EXPECT_TRUE(accept(kEach * 4 + 3, 1, "shared").ok());
    for (int writer = 0; writer < 4; ++writer)
        EXPECT_EQ(accept(1, 2, "of " + std::to_string(writer)).code(), StatusCode::permission_denied);
}

}  // namespace
}  // namespace tutela
