// SPDX-License-Identifier: MIT
/* IP addresses of host names.  The resolver of the system may wait long or hang, so a process of its own asks it, and
 * the daemon never waits.  A file keeps the last good addresses, so that a start needs no resolver at all.
 * Every name is asked again once in a while: a changed answer is reported.  Knows nothing of what an address is for.
 * Runs on the default GLib main context.  A name that is an address already does not belong here.
 * A name is asked for a family: AF_INET, AF_INET6, or AF_UNSPEC, which is an IPv4 address, and an IPv6 address only
 * while none of IPv4 is known.  The same name with two families is two names. */
#ifndef LIB_NAMES_H
#define LIB_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/ip_address.h"

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

/* Fill list with the addresses of a host of one family, AF_INET or AF_INET6.  Returns how many, or why and: 0, the host
 * has none; -1, this is not known now.  May block: it runs in a process of its own. */
typedef int names_resolver(
	const char *host, int family, struct ip_address list[NAMES_ANSWERS], char why[NAMES_WHY_MAX]);

struct names_config {
	/* The file of the last good addresses, with lines "HOST ADDRESS".  names_new reads it; a separate process,
	 * which may block, replaces it.  NULL: no file. */
	const char *path;
	/* Reports of a watched name, from the main loop; they must not call names_watch.  Its address is known for the
	 * first time, or has changed. */
	void (*found)(void *context, const char *host, int family);
	/* It cannot be resolved; its last good address, if any, stays.  why NULL: it can be resolved again.  Once each,
	 * however often it is asked in between. */
	void (*trouble)(void *context, const char *host, int family, const char *why);
	void *context;
	/* The separate process calls this function first; may be NULL. */
	void (*own_process)(void);
	names_resolver *resolve; /* NULL: the resolver of the system */
};

struct names;

/* Create the module.  config is copied; its path must stay valid.  Starts no process before a name is watched. */
struct names *names_new(const struct names_config *config);
/* n may be NULL. */
void names_free(struct names *n);

/* Keep asking for a name until names_unwatch has been called as often. */
void names_watch(struct names *n, const char *host, int family);
void names_unwatch(struct names *n, const char *host, int family);
/* The network has changed: ask soon again for the names that cannot be resolved at present. */
void names_hurry(struct names *n);
/* The last good address, also one from the file.  False: none is known. */
bool names_address(const struct names *n, const char *host, int family, struct ip_address *address);
/* Why a watched name cannot be resolved at present; NULL: the last question was answered, or is the first one. */
const char *names_trouble(const struct names *n, const char *host, int family);
/* errno of the file when the last good addresses could not be written; 0: they are in the file. */
int names_unsaved(const struct names *n);

#endif
