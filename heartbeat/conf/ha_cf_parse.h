// SPDX-License-Identifier: MIT
/* The declarations that the files of the ha.cf parser share: the row of a directive, and the state while a file is
 * read.  Private to heartbeat/conf.  ha_cf.c runs the parser; ha_cf_directives.c has the table; ha_cf_value.c,
 * ha_cf_lines.c and ha_cf_media.c have the setters; ha_cf_check.c has the checks that need the whole file. */
#ifndef HEARTBEAT_CONF_HA_CF_PARSE_H
#define HEARTBEAT_CONF_HA_CF_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "heartbeat/conf/ha_cf.h"
#include "lib/arena.h"
#include "heartbeat/conf/show.h"
#include "lib/diag.h"
#include "lib/lexer.h"

struct ha_cf_parser;

enum repeat {
	REPEAT_LAST_COUNTS, /* the last value is used, as in Heartbeat 3.0.6 */
	REPEAT_ADDS,        /* every value is used */
	REPEAT_REFUSED,     /* a second value is an error */
};

enum { NO_FIELD = 0xffff }; /* the value is checked, and stored only as a parameter */

/* One directive: its syntax, what it sets, its text in the manual. */
struct directive {
	const char *name;
	const char *arguments; /* as in the manual; with set_line an error uses these names for missing arguments */
	/* A row has exactly one of these two setters.  A setter that returns false has refused the line and added a
	 * diagnostic.
	 * set: called for every word of the line (separated by blanks or commas).
	 * set_line: called once with all words after the directive (separated by blanks); args->rest is the text after
	 * the first of them. */
	bool (*set)(struct ha_cf_parser *p, const struct directive *row, struct word word);
	bool (*set_line)(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args);
	size_t min_words;    /* set_line: fewer words are an error */
	size_t field;        /* the offset of the value in struct ha_cf, or NO_FIELD */
	long low, high;      /* the range of an integer.  For a time: low is in ms, high is not used */
	const char *const *choices; /* ends with NULL */
	const char *preset;  /* the default value, which is passed to set when the directive is not given */
	const char *derived; /* description of a computed default, for the manual */
	enum repeat repeat;
	bool parameter;      /* cl_status hbparameter can query it.  doc/configuration.md 10 */
	enum served served;
	/* NOT_SERVED: what is missing and what the consequence is; logged at the start, after line and name */
	const char *unserved;
	/* WITHOUT_EFFECT: what happens instead, or what to do.  A line with another value than usual gets a warning
	 * with this text.  NULL: no warning. */
	const char *instead;
	const char *usual; /* the value that needs no warning; NULL: false, for a boolean */
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
	unsigned given[DIRECTIVES_MAX];   /* by row: the line of the last use; 0: not given */
	bool refused[DIRECTIVES_MAX];     /* by row: a value was refused, so no default may be derived from it */
	const char *text[DIRECTIVES_MAX]; /* by row: the last accepted value */
	unsigned node_line[HA_CF_NODES_MAX];
	unsigned ipfail_line; /* the respawn line that starts ipfail; 0: none */
};

/* --- ha_cf_directives.c --- */
/* directive_at: the row by its index; NULL past the end.  directive_find: the index by name; -1 when there is none. */
const struct directive *directive_at(size_t index);
int directive_find(struct bytes name);
/* The directive that is most similar to name; NULL when none is similar. */
const char *directive_nearest(struct bytes name);

/* ha_cf_given: the line of the last use; 0: not given.  ha_cf_refused: whether a value was refused.  Both fail an
 * assertion when no row has that name. */
unsigned ha_cf_given(const struct ha_cf_parser *p, const char *directive);
bool ha_cf_refused(const struct ha_cf_parser *p, const char *directive);
/* Store the value that hbparameter reports for a directive with a computed default. */
void ha_cf_set_text(struct ha_cf_parser *p, const char *directive, const char *text);

/* --- ha_cf_value.c: a word is a value --- */
/* Add a diagnostic about one value: 'DIRECTIVE: "VALUE" WHAT'. */
void ha_cf_complain(struct ha_cf_parser *p, enum diag_severity severity, const struct directive *row, struct word word,
                    const char *what);
bool value_time(struct ha_cf_parser *p, const struct directive *row, struct word word);
bool value_boolean(struct ha_cf_parser *p, const struct directive *row, struct word word);
bool value_integer(struct ha_cf_parser *p, const struct directive *row, struct word word);
bool value_text(struct ha_cf_parser *p, const struct directive *row, struct word word);
bool value_path(struct ha_cf_parser *p, const struct directive *row, struct word word);
/* Accepts one of row->choices, exactly as written there.  A bool field becomes true for any choice but the first. */
bool value_choice(struct ha_cf_parser *p, const struct directive *row, struct word word);
bool value_baud(struct ha_cf_parser *p, const struct directive *row, struct word word);
bool value_facility(struct ha_cf_parser *p, const struct directive *row, struct word word);
bool value_udpport(struct ha_cf_parser *p, const struct directive *row, struct word word);
/* Like atoi in C: reads a sign and the leading digits, and returns 0 without digits.  The result is limited to the
 * range of int.
 * *garbage is true when there are no digits, or when other characters follow them. */
long integer_read(struct bytes word, bool *garbage);
/* Read a port as Heartbeat 3.0.6 does: the low 16 bits of the number, with a warning when that changes the number.  0
 * is refused. */
bool port_read(struct ha_cf_parser *p, const struct directive *row, struct word word, uint16_t *port);
bool bytes_fold_equal(struct bytes word, const char *lower);

/* --- ha_cf_lines.c: nodes, children, permissions, fencing --- */
bool line_node(struct ha_cf_parser *p, const struct directive *row, struct word word);
bool line_env(struct ha_cf_parser *p, const struct directive *row, struct word word);
bool line_child(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args);
bool line_apiauth(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args);
bool line_stonith(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args);
bool line_stonith_host(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args);
/* Add the built-in apiauth entries that the file does not override. */
void apiauth_add_builtin(struct ha_cf_parser *p);

/* --- deadline.c --- */
bool line_script_deadline(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args);

/* --- monitor.c --- */
bool line_monitor(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args);

/* --- ha_cf_media.c --- */
static inline bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}
bool medium_line_bcast(struct ha_cf_parser *p, const struct directive *row, struct word word);
bool medium_line_serial(struct ha_cf_parser *p, const struct directive *row, struct word word);
bool medium_line_ping(struct ha_cf_parser *p, const struct directive *row, struct word word);
bool medium_line_ping6(struct ha_cf_parser *p, const struct directive *row, struct word word);
/* also for mcast6 */
bool medium_line_mcast(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args);
/* also for ucast6 */
bool medium_line_ucast(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args);
bool medium_line_ping_group(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args);

/* --- ha_cf_check.c --- */
/* Complete the media: a port and a baud rate may be set by lines below them, and two media of one interface get
 * different link names.  Then set the defaults that depend on other values, and make the checks that need the whole
 * file. */
void ha_cf_check(struct ha_cf_parser *p);

#endif
