// SPDX-License-Identifier: MIT
/* Resolves host names to IPv4 addresses.  The resolver of the system may block for a long time, so a separate process
 * calls it, and the daemon never waits.  A file stores the last good addresses, so that a start does not need the
 * resolver.
 * Every name is resolved again at intervals, and a changed address is reported.  This module does not know what an
 * address is used for.
 * Runs on the default GLib main context.  Do not pass a text that is an IP address already. */
#ifndef LIB_NAMES_H
#define LIB_NAMES_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

enum {
	NAMES_HOST_MAX = 256, /* with its NUL; a DNS name has at most 253 characters */
	NAMES_WHY_MAX = 128,
	NAMES_ANSWERS = 16,   /* only so many addresses of one answer are used */
	NAMES_KEPT = 128,     /* names in memory and in the file that are not watched at present */
	/* Intervals between two queries for one name. */
	NAMES_GOOD_MS = 60000,
	NAMES_BAD_MIN_MS = 5000, /* doubled after each failure */
	NAMES_BAD_MAX_MS = 60000,
	NAMES_HURRY_MS = 1000,
	/* the query has failed after this time; the resolver's own limit is usually 10 s for each server */
	NAMES_ANSWER_MS = 25000,
};

struct names_config {
	/* The file of the last good addresses, with lines "HOST ADDRESS".  names_new reads it; a separate process,
	 * which may block, replaces it.  NULL: no file. */
	const char *path;
	/* Reports about a watched name, called from the main loop; they must not call names_watch.  found: the address
	 * is known for the first time, or has changed. */
	void (*found)(void *context, const char *host);
	/* trouble: the name cannot be resolved; its last good address, if any, stays in use.  why NULL: it can be
	 * resolved again.  Each change is reported once, however many queries fail in between. */
	void (*trouble)(void *context, const char *host, const char *why);
	void *context;
	/* The separate process calls this function first; may be NULL. */
	void (*own_process)(void);
	/* Resolve host: fill list and return the number of addresses, or return 0 and fill why.  Runs in a separate
	 * process and may block.
	 * NULL: use the resolver of the system. */
	size_t (*resolve)(const char *host, struct in_addr list[NAMES_ANSWERS], char why[NAMES_WHY_MAX]);
};

struct names;

/* Create the module.  config is copied; its path must stay valid.  Starts no process before a name is watched. */
struct names *names_new(const struct names_config *config);
/* n may be NULL. */
void names_free(struct names *n);

/* Resolve a name at intervals, until names_unwatch has been called as often as names_watch. */
void names_watch(struct names *n, const char *host);
void names_unwatch(struct names *n, const char *host);
/* Call this when the network has changed: the names that cannot be resolved at present are queried again soon. */
void names_hurry(struct names *n);
/* Get the last good address, which may come from the file.  Returns false when none is known. */
bool names_address(const struct names *n, const char *host, struct in_addr *address);
/* The reason why a watched name cannot be resolved at present.  NULL: the last query succeeded, or the first one still
 * runs. */
const char *names_trouble(const struct names *n, const char *host);
/* The errno when the last good addresses could not be written to the file; 0: the file has them. */
int names_unsaved(const struct names *n);

#endif
