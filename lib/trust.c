// SPDX-License-Identifier: MIT
#include "lib/trust.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINKS_MAX = 40 /* the limit of the kernel */ };

enum trust_flaw trust_decide(const struct stat *st, uid_t own)
{
	bool sticky = S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX);
	if (st->st_uid != 0 && st->st_uid != own)
		return TRUST_FOREIGN_OWNER;
	if ((st->st_mode & S_IWOTH) && !sticky)
		return TRUST_OTHERS_WRITE;
	return (st->st_mode & S_IWGRP) && !sticky ? TRUST_GROUP_WRITES : TRUST_GOOD;
}

struct walk {
	char done[PATH_MAX]; /* the checked part of the path: directories without links; "" is / */
	char rest[PATH_MAX]; /* the remaining part, relative to done */
	unsigned links;
	void (*found)(void *context, const struct trust_finding *finding);
	void *context;
};

static void judge(struct walk *w, const struct stat *st)
{
	const char *path = w->done[0] ? w->done : "/";
	bool last = strchr(w->rest, '/') == NULL; /* rest is "" at the file, "NAME" at its directory */
	struct trust_finding f = {.flaw = trust_decide(st, geteuid()),
		.place = !S_ISDIR(st->st_mode) ? TRUST_FILE : last ? TRUST_DIRECTORY : TRUST_ABOVE,
		.path = path,
		.owner = st->st_uid,
		.mode = st->st_mode & 07777};
	if (f.flaw != TRUST_GOOD)
		w->found(w->context, &f);
}

/* Skip slashes and "." in front of the next name of a path. */
static const char *next_name(const char *path)
{
	for (;;) {
		path += strspn(path, "/");
		if (path[0] != '.' || (path[1] != '/' && path[1] != '\0'))
			return path;
		path++;
	}
}

/* Take the first name from rest.  Returns false when there is none. */
static bool take_name(struct walk *w, char name[PATH_MAX])
{
	const char *start = next_name(w->rest);
	size_t len = strcspn(start, "/");
	memcpy(name, start, len);
	name[len] = '\0';
	start = next_name(start + len);
	memmove(w->rest, start, strlen(start) + 1);
	return len > 0;
}

/* Put the target of a link in front of rest.  The mode of the link itself does not matter: only its directory decides
 * who can replace it. */
static int follow(struct walk *w, const char *link)
{
	char target[PATH_MAX], joined[PATH_MAX];
	ssize_t len = readlink(link, target, sizeof(target) - 1);
	if (len < 0)
		return -errno;
	target[len] = '\0';
	if (++w->links > LINKS_MAX)
		return -ELOOP;
	int n = snprintf(joined, sizeof(joined), "%s%s%s", target, w->rest[0] ? "/" : "", w->rest);
	if (n < 0 || (size_t)n >= sizeof(joined))
		return -ENAMETOOLONG;
	memcpy(w->rest, joined, (size_t)n + 1);
	if (target[0] == '/')
		w->done[0] = '\0';
	return 0;
}

/* Check the next component of the path. */
static int step(struct walk *w, const char *name)
{
	char path[PATH_MAX];
	struct stat st;
	if (strcmp(name, "..") == 0) {
		char *slash = strrchr(w->done, '/');
		if (slash)
			*slash = '\0';
		return 0;
	}
	int n = snprintf(path, sizeof(path), "%s/%s", w->done, name);
	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	if (lstat(path, &st) != 0)
		return -errno;
	if (S_ISLNK(st.st_mode))
		return follow(w, path);
	memcpy(w->done, path, (size_t)n + 1);
	judge(w, &st);
	return 0;
}

int trust_walk(const char *path, void (*found)(void *context, const struct trust_finding *finding), void *context)
{
	struct walk w = {.found = found, .context = context};
	char name[PATH_MAX];
	struct stat st;
	if (path[0] != '/')
		return -EINVAL;
	if (snprintf(w.rest, sizeof(w.rest), "%s", next_name(path)) >= (int)sizeof(w.rest))
		return -ENAMETOOLONG;
	if (stat("/", &st) != 0)
		return -errno;
	judge(&w, &st);
	int failed = 0;
	while (!failed && take_name(&w, name))
		failed = step(&w, name);
	return failed;
}

void trust_text(const struct trust_finding *f, const char *shown, char out[TRUST_TEXT_MAX])
{
	const mode_t expected = f->mode & ~(mode_t)(S_IWGRP | S_IWOTH);
	bool known = shown && strcmp(shown, f->path) == 0;
	int n = known ? 0 : snprintf(out, TRUST_TEXT_MAX, "%s%s: ", f->place == TRUST_FILE ? "" : "directory ", f->path);
	char *rest = out + n;
	size_t cap = TRUST_TEXT_MAX - (size_t)n;
	if (f->flaw == TRUST_FOREIGN_OWNER)
		(void)snprintf(
			rest, cap, "it belongs to uid %u; expected root (chown root %s)", (unsigned)f->owner, f->path);
	else
		(void)snprintf(rest, cap, "mode %04o lets %s change it; expected %04o (chmod go-w %s)",
			(unsigned)f->mode, f->flaw == TRUST_OTHERS_WRITE ? "every user" : "its group",
			(unsigned)expected, f->path);
}
