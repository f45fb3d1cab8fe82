// SPDX-License-Identifier: MIT
/* Who besides root can change a file that a daemon of root believes or runs: by its owner, its mode, and those of every
 * directory and link on the way to it.  It reports; the caller decides what is refused and what causes a warning.
 * Only the function that walks reads the file system.  doc/security.md 6 */
#ifndef LIB_TRUST_H
#define LIB_TRUST_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

/* The worse one has the higher number. */
enum trust_flaw {
	TRUST_GOOD,
	TRUST_GROUP_WRITES,  /* members of its group */
	TRUST_OTHERS_WRITE,  /* every user */
	TRUST_FOREIGN_OWNER, /* its owner is neither root nor the user of this process */
};

/* The worst flaw of a file or directory.  own: the user of this process.
 * A directory with the sticky bit, such as /tmp, has no flaw because others can write: they cannot replace what is ours
 * in it. */
enum trust_flaw trust_decide(const struct stat *st, uid_t own);

/* Where a flaw is. */
enum trust_place {
	TRUST_FILE,
	TRUST_DIRECTORY, /* which contains the file, or a link on the way to it */
	TRUST_ABOVE,     /* a directory further up */
};

struct trust_finding {
	enum trust_flaw flaw; /* never TRUST_GOOD */
	enum trust_place place;
	const char *path; /* of what has the flaw */
	uid_t owner;
	mode_t mode; /* the twelve bits of chmod */
};

/* Look at an absolute path: at each directory from / on, through each link, and at the file.  found is called for each
 * flaw, in this order; a link may lead through a directory again, which is then reported again.
 * Returns 0, or -errno: something on the way cannot be looked at; -ELOOP also for more than 40 links. */
int trust_walk(const char *path, void (*found)(void *context, const struct trust_finding *finding), void *context);

enum { TRUST_TEXT_MAX = 2 * PATH_MAX + 128 };
/* What is wrong, what would be right, and the command that repairs it, in one sentence:
 * "mode 0666 lets every user change it; expected 0644 (chmod go-w PATH)".  The path is in front, unless it is the path
 * that is shown already; shown may be NULL. */
void trust_text(const struct trust_finding *finding, const char *shown, char out[TRUST_TEXT_MAX]);

#endif
