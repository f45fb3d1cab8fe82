// SPDX-License-Identifier: MIT
/* Reads and writes files safely: at most so many bytes; a file is replaced completely or not at all. */
#ifndef LIB_FILE_H
#define LIB_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Read a regular file of at most max bytes.  *out is NUL-terminated and owned by the caller (free); st may be NULL.
 * Returns 0, -EFBIG over max, -EINVAL for a file that is not regular, or -errno. */
int file_read(const char *path, size_t max, char **out, size_t *len, struct stat *st);
/* Replace path by these bytes: temporary file beside it, fsync, rename, fsync of the directory.  Returns 0 or -errno;
 * on failure the old file is unchanged. */
int file_replace(const char *path, const void *data, size_t len, mode_t mode);
/* mkdir -p with mode for the last part, 0755 for those above.  Returns 0 or -errno. */
int file_make_directory(const char *path, mode_t mode);

#endif
