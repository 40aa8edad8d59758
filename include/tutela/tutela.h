/* The C interface of Tutela. Layer: capi. */
#ifndef TUTELA_H
#define TUTELA_H

/* The project's version; it is written here and nowhere else. */
#define TUTELA_VERSION_MAJOR 0
#define TUTELA_VERSION_MINOR 1
#define TUTELA_VERSION_PATCH 0

#endif
