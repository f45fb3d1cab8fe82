// SPDX-License-Identifier: MIT
/* What the files of the ha.cf parser share: the row of a directive, the state while one file is read.  Private to this
 * room. ha_cf.c drives, ha_cf_directives.c holds the table, ha_cf_value.c, ha_cf_lines.c and ha_cf_media.c the setters,
 * ha_cf_check.c what can be judged only when the whole file is read. */
#ifndef HEARTBEAT_CONF_HA_CF_PARSE_H
#define HEARTBEAT_CONF_HA_CF_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "heartbeat/conf/ha_cf.h"
#include "lib/arena.h"
#include "heartbeat/conf/show.h"
#include "lib/diag.h"
#include "lib/lexer.h"

struct ha_cf_parser;

enum repeat {
	REPEAT_LAST_COUNTS, /* several words or lines: the last one wins, as in the reference */
	REPEAT_ADDS,
	REPEAT_REFUSED,
};

enum { NO_FIELD = 0xffff }; /* checked and kept as a parameter only */

/* One directive: how it is written, what it sets, what the manual says. */
struct directive {
	const char *name;
	const char *arguments; /* as in the manual; for line setters its words name what is missing */
	/* Exactly one of the two; false: refused, with a diagnostic.
	 * set: once for every word of the line (blank or comma separated).
	 * set_line: once with the words after the directive (blank separated), args->rest being what follows the
	 * first. */
	bool (*set)(struct ha_cf_parser *p, const struct directive *row, struct word word);
	bool (*set_line)(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args);
	size_t min_words;    /* set_line: fewer are an error */
	size_t field;        /* offset in struct ha_cf, or NO_FIELD */
	long low, high;      /* integers; times: low in ms, high unused */
	const char *const *choices; /* ends with NULL */
	const char *preset;  /* fed through set when the directive is not given */
	const char *derived; /* a default that is computed, in words for the manual */
	enum repeat repeat;
	bool parameter;      /* hbparameter answers it.  doc/configuration.md 10 */
	enum served served;
	/* NOT_SERVED: logged at the start, behind line and name: what is missing and what follows */
	const char *unserved;
	bool is_medium;
	enum medium_kind kind; /* is_medium */
	const char *help;
};

enum { DIRECTIVES_MAX = 80 };

struct ha_cf_parser {
	struct ha_cf *conf;
	struct arena *arena;
	struct diags *diags;
	const char *local_node;           /* may be NULL */
	unsigned given[DIRECTIVES_MAX];   /* by row: line of the last use, 0: not given */
	bool refused[DIRECTIVES_MAX];     /* by row: a value was not accepted, so nothing can be derived from it */
	const char *text[DIRECTIVES_MAX]; /* by row: the accepted text, last one */
	unsigned node_line[HA_CF_NODES_MAX];
};

/* --- ha_cf_directives.c --- */
/* Row by index, NULL past the end; index by name, -1 when there is none. */
const struct directive *directive_at(size_t index);
int directive_find(struct bytes name);
/* The name that was probably meant, NULL when none is near. */
const char *directive_nearest(struct bytes name);

/* --- ha_cf.c --- */
/* Line of the last use, 0: not given; was a value refused?  A name that no row has is an assertion failure. */
unsigned ha_cf_given(const struct ha_cf_parser *p, const char *directive);
bool ha_cf_refused(const struct ha_cf_parser *p, const char *directive);
/* Record what hbparameter answers for a directive whose default was computed. */
void ha_cf_set_text(struct ha_cf_parser *p, const char *directive, const char *text);
/* A diagnostic about one value: 'DIRECTIVE: "VALUE" WHAT'. */
void ha_cf_complain(struct ha_cf_parser *p, enum diag_severity severity, const struct directive *row, struct word word,
                    const char *what);

/* --- ha_cf_value.c: one word, one value --- */
bool value_time(struct ha_cf_parser *p, const struct directive *row, struct word word);
bool value_boolean(struct ha_cf_parser *p, const struct directive *row, struct word word);
bool value_integer(struct ha_cf_parser *p, const struct directive *row, struct word word);
bool value_text(struct ha_cf_parser *p, const struct directive *row, struct word word);
bool value_path(struct ha_cf_parser *p, const struct directive *row, struct word word);
/* One of row->choices, exactly as written there; a bool field becomes true for any but the first. */
bool value_choice(struct ha_cf_parser *p, const struct directive *row, struct word word);
bool value_baud(struct ha_cf_parser *p, const struct directive *row, struct word word);
bool value_facility(struct ha_cf_parser *p, const struct directive *row, struct word word);
bool value_udpport(struct ha_cf_parser *p, const struct directive *row, struct word word);
/* C atoi: sign and leading digits, 0 when there are none, saturating at int's limits.  Tells whether anything was left
 * over. */
long integer_read(struct bytes word, bool *garbage);
/* A port as the reference took it: the low 16 bits (warned), 0 refused. */
bool port_read(struct ha_cf_parser *p, const struct directive *row, struct word word, uint16_t *port);
bool bytes_fold_equal(struct bytes word, const char *lower);

/* --- ha_cf_lines.c: nodes, children, permissions, fencing --- */
bool line_node(struct ha_cf_parser *p, const struct directive *row, struct word word);
bool line_env(struct ha_cf_parser *p, const struct directive *row, struct word word);
bool line_child(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args);
bool line_apiauth(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args);
bool line_stonith(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args);
bool line_stonith_host(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args);
/* The built-in apiauth entries that the file has not overridden. */
void apiauth_add_builtin(struct ha_cf_parser *p);

/* --- ha_cf_media.c --- */
bool medium_line_bcast(struct ha_cf_parser *p, const struct directive *row, struct word word);
bool medium_line_serial(struct ha_cf_parser *p, const struct directive *row, struct word word);
bool medium_line_ping(struct ha_cf_parser *p, const struct directive *row, struct word word);
bool medium_line_ping6(struct ha_cf_parser *p, const struct directive *row, struct word word);
/* mcast6 too */
bool medium_line_mcast(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args);
/* ucast6 too */
bool medium_line_ucast(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args);
bool medium_line_ping_group(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args);
/* Second pass: port and baud from lines below the medium, link names that tell two media of an interface apart. */
void media_conf_finish(struct ha_cf_parser *p);

/* --- ha_cf_check.c --- */
/* Defaults that depend on other values, and everything that needs the whole file. */
void ha_cf_check(struct ha_cf_parser *p);

#endif
