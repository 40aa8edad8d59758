#include "scan/reasons.hpp"

#include <cerrno>

namespace tutela {

std::string errno_reason(int error) {
    switch (error) {
        case ENOENT: return "no such file or folder";
        case EACCES: return "permission denied";
        case EPERM: return "the operation is not permitted";
        case EIO: return "input/output error";
        case ENOTDIR: return "a part of the path is not a folder";
        case EISDIR: return "a folder stands where a file was expected";
        case ELOOP: return "a symbolic link stands where none was expected, or links lead in a circle";
        case ENAMETOOLONG: return "the path is too long for the system";
        case ENXIO:
        case ENODEV: return "no such device";
        case EMFILE: return "this process has too many files open";
        case ENFILE: return "the system has too many files open";
        case ENOMEM: return "the system is out of memory";
        case EAGAIN: return "the file gives no data without waiting";
        case EBUSY: return "the file is in use";
        case EINVAL: return "the file cannot be read this way";
        case EOVERFLOW: return "the file is too big for the system";
        case ESTALE: return "the file is gone from its server";
        case ETIMEDOUT: return "the file's server does not answer";
        case ENOTCONN: return "the file's server is not connected";
        case EBADMSG: return "the file system's checksum does not match";
        case EUCLEAN: return "the file system is damaged";
        case ENODATA: return "the medium gave no data";
        case ENOKEY: return "the file is encrypted and its key is missing";
        default: return "system error " + std::to_string(error);
    }
}

}  // namespace tutela
