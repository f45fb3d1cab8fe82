// SPDX-License-Identifier: MIT
/* Finds out whether anybody except root can change a file that a daemon of root reads or runs: by the owner and mode of
 * the file, and of every directory and link in its path.  It reports; the caller decides what is refused and what
 * causes a warning.
 * Only trust_walk reads the file system.  doc/security.md 6 */
#ifndef LIB_TRUST_H
#define LIB_TRUST_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

/* A worse flaw has a higher number. */
enum trust_flaw {
	TRUST_GOOD,
	TRUST_GROUP_WRITES,  /* the members of its group can change it */
	TRUST_OTHERS_WRITE,  /* every user can change it */
	TRUST_FOREIGN_OWNER, /* its owner is neither root nor the user of this process */
};

/* Returns the worst flaw of a file or directory.  own: the user of this process.
 * In a directory with the sticky bit, such as /tmp, write permission for others is not a flaw, because they cannot
 * replace our files in it. */
enum trust_flaw trust_decide(const struct stat *st, uid_t own);

/* The place of a flaw. */
enum trust_place {
	TRUST_FILE,
	TRUST_DIRECTORY, /* the directory that contains the file, or a link in its path */
	TRUST_ABOVE,     /* a directory further up */
};

struct trust_finding {
	enum trust_flaw flaw; /* never TRUST_GOOD */
	enum trust_place place;
	const char *path; /* the file, directory or link with the flaw */
	uid_t owner;
	mode_t mode; /* the twelve bits of chmod */
};

/* Check an absolute path: each directory from /, each link, and the file.  found is called for each flaw, in this
 * order.  When a link leads through a directory again, its flaw is reported again.
 * Returns 0, or -errno when a part of the path cannot be read; -ELOOP also for more than 40 links. */
int trust_walk(const char *path, void (*found)(void *context, const struct trust_finding *finding), void *context);

enum { TRUST_TEXT_MAX = 2 * PATH_MAX + 128 };
/* Writes one sentence with the flaw, the expected state, and the command that repairs it:
 * "mode 0666 lets every user change it; expected 0644 (chmod go-w PATH)".  The path of the flaw is in front, unless it
 * equals shown, the path that the message already contains; shown may be NULL. */
void trust_text(const struct trust_finding *finding, const char *shown, char out[TRUST_TEXT_MAX]);

#endif
