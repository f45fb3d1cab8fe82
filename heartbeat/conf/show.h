// SPDX-License-Identifier: MIT
/* Formats a word of a file for a diagnostic: escapes control bytes, and cuts a long word.  Private to
 * heartbeat/conf. */
#ifndef HEARTBEAT_CONF_SHOW_H
#define HEARTBEAT_CONF_SHOW_H

#include <stddef.h>

#include "lib/bytes.h"

enum { SHOW_BYTES = 60 };

struct shown {
	char text[SHOW_BYTES * 4 + 4]; /* every byte may become \xNN; then "..." and NUL */
};

/* Use as show(word).text inside one expression. */
struct shown show(struct bytes word);
/* The names, separated by ", "; "none" when there are none. */
struct name_list {
	char text[512];
};
struct name_list show_names(const char *const *names, size_t count);

#endif
