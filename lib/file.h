// SPDX-License-Identifier: MIT
/* Reads and writes files safely.  The size of a read is limited, and a file is replaced completely or not at all. */
#ifndef LIB_FILE_H
#define LIB_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Read a regular file of at most max bytes.  *out is NUL-terminated; the caller frees it.  st may be NULL.
 * Returns 0, -EFBIG when the file is larger than max, -EINVAL when it is not a regular file, or -errno. */
int file_read(const char *path, size_t max, char **out, size_t *len, struct stat *st);
/* Replace the content of path: write a temporary file in the same directory, fsync it, rename it, fsync the directory.
 * Returns 0 or -errno.  On failure the old file is unchanged, unless only the last fsync has failed. */
int file_replace(const char *path, const void *data, size_t len, mode_t mode);
/* Like mkdir -p: the last directory gets mode, missing parents get 0755.  Returns 0 or -errno. */
int file_make_directory(const char *path, mode_t mode);

#endif
