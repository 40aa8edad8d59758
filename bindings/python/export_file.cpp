#include "export_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

#include "errors.hpp"
#include "text.hpp"

namespace nb = nanobind;

namespace tutela::python {
namespace {

Status failed(int error) {
    const StatusCode code = error == ENOENT || error == ENOTDIR                   ? StatusCode::not_found
                            : error == EACCES || error == EPERM || error == EROFS ? StatusCode::permission_denied
                                                                                  : StatusCode::io_error;
    return Status(code, "cannot write the export: " + std::generic_category().message(error));
}

// A file of its owner's alone beside the one that it is to become; gone when it did not become it.
class NewFile final : public ExportSink {
public:
    explicit NewFile(std::string path) : path_(std::move(path)), temporary_(path_ + ".XXXXXX") {
        descriptor_ = ::mkostemp(temporary_.data(), O_CLOEXEC);
        if (descriptor_ < 0) throw StatusError(failed(errno));
    }
    ~NewFile() override {
        if (descriptor_ >= 0) ::close(descriptor_);
        if (!published_) ::unlink(temporary_.c_str());
    }

    [[nodiscard]] bool interrupted() const noexcept { return interrupted_; }

    Status write(std::string_view bytes) override {
        while (!bytes.empty()) {
            const ::ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
            if (written < 0 && errno != EINTR) return failed(errno);
            if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
        }
        const nb::gil_scoped_acquire held;
        interrupted_ = PyErr_CheckSignals() != 0;
        return interrupted_ ? Status(StatusCode::cancelled, "interrupted") : Status();
    }

    Status publish() {
        if (::fsync(descriptor_) != 0) return failed(errno);
        const int descriptor = std::exchange(descriptor_, -1);
        if (::close(descriptor) != 0) return failed(errno);
        if (std::rename(temporary_.c_str(), path_.c_str()) != 0) return failed(errno);
        published_ = true;
        return {};
    }

private:
    std::string path_;
    std::string temporary_;
    int descriptor_ = -1;
    bool published_ = false;
    bool interrupted_ = false;
};

}  // namespace

ExportReport export_file(const HashList& list, nb::handle path, std::string_view format, const ListFilter* filter,
                         std::optional<std::string> region) {
    const std::optional<ExportFormat> known = export_format_of_name(format);
    if (!known) {
        throw StatusError(
            Status(StatusCode::invalid_argument, "format must be 'vics', 'csv', 'jsonl' or 'threatexchange'"));
    }
    ExportOptions options{.format = *known, .region = std::move(region)};
    if (filter != nullptr) options.filter = *filter;
    const std::string name = path_bytes(path);
    ExportReport report;
    bool interrupted = false;
    {
        const nb::gil_scoped_release released;
        NewFile file(name);
        Status status = export_list(list, options, file, report);
        interrupted = file.interrupted();
        if (!interrupted) {
            require(std::move(status));
            require(file.publish());
        }
    }
    if (interrupted) throw nb::python_error();
    return report;
}

void bind_export_report(nb::module_& module) {
    nb::class_<ExportReport>(module, "ExportReport", "What HashList.export() wrote, in things: stills, videos, files.")
        .def_ro("written", &ExportReport::written, "Those of which something was written.")
        .def_ro("reduced", &ExportReport::reduced,
                "Of those, the ones without a hash or frames that the format cannot have.")
        .def_ro("left_out", &ExportReport::left_out, "Those of which the format can have nothing.")
        .def_ro("filtered", &ExportReport::filtered, "Those that the filter leaves out.")
        .def_ro("disabled", &ExportReport::disabled, "Those that are disabled, which are not written.")
        .def("__repr__", [](const ExportReport& report) {
            return "ExportReport(written=" + std::to_string(report.written) +
                   ", reduced=" + std::to_string(report.reduced) + ", left_out=" + std::to_string(report.left_out) +
                   ", filtered=" + std::to_string(report.filtered) + ", disabled=" + std::to_string(report.disabled) +
                   ")";
        });
}

}  // namespace tutela::python
