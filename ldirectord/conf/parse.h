// SPDX-License-Identifier: MIT
/* The declarations that the files of the ldirectord.cf parser share.  Private to conf.
 * config.c runs the parser; split_lines.c splits lines; directives.c has the table; value.c and section.c have the
 * setters; address.c reads hosts and ports; real.c reads real servers; effective.c computes the effective values when
 * the whole file is read; warnings.c warns about their unwanted effects. */
#ifndef LDIRECTORD_CONF_PARSE_H
#define LDIRECTORD_CONF_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/arena.h"
#include "ldirectord/conf/config.h"
#include "lib/bytes.h"
#include "lib/diag.h"

/* A part of the text of the file, and its place. */
struct lb_value {
	struct bytes text;
	unsigned line, column; /* from 1 */
};

/* One line "name = value", without comment and without blanks at both ends. */
struct lb_line {
	unsigned number;
	unsigned indent;    /* the indentation in columns.  doc/ldirectord.md 2: "a tab counts as four" */
	bool blank;         /* the line is empty or has only a comment */
	bool comment;       /* the line has only a comment */
	bool equals;        /* the line has an = */
	struct lb_value name, value;
};

enum {
	LB_INDENT = 4,
	LB_DIRECTIVES_MAX = 96,
	LB_REALS_MAX = 16384, /* a range is easily mistyped; nobody has so many */
	LB_FALLBACKS_MAX = 16 /* of one line: they are tried one by one */
};

struct lb_parser;
struct lb_directive;

enum lb_place { LB_IN_FILE, LB_IN_SECTION, LB_IN_BOTH, LB_NOWHERE /* removed from the language */ };

/* What ldirectord does with a directive.  The manual describes each one, and a unit test compares both. */
enum lb_served {
	LB_SERVED_UNDECIDED, /* the row has no value: a unit test fails */
	LB_SERVED,
	LB_WITHOUT_EFFECT, /* read and stored, but not used */
	LB_REMOVED,        /* every line with the directive is an error */
};

/* Whether a directive is part of the identity of a check.  Two real servers share one check only when their checks have
 * the same identity. */
enum lb_identity {
	LB_IDENTITY_UNDECIDED, /* the row has no value: a unit test fails */
	LB_IDENTITY,
	LB_NOT_IDENTITY,
};

/* A real server and its virtual, which together determine how the server is checked. */
struct lb_checked {
	const struct lb_virtual *v;
	const struct lb_real *r;
};
/* Returns true when both have the same effective value of the directive. */
typedef bool lb_same(const struct lb_directive *row, const struct lb_checked *a, const struct lb_checked *b);

/* One directive: where it is allowed, what it sets, whether it is served, and its line in the manual. */
struct lb_directive {
	const char *name;
	enum lb_place place;
	/* Set the value.  base points to a struct lb_config, lb_virtual or lb_common, depending on place.  The setter
	 * reports its own errors. */
	void (*set)(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base);
	size_t field, size;  /* offset and size in base */
	uint64_t low, high;  /* the range of a number; times are in ms */
	const char *const *choices;
	bool bare;           /* the name alone, without =, is allowed; the value is then the name */
	enum lb_served served;
	enum lb_identity identity;
	lb_same *same;                    /* only with LB_IDENTITY */
	size_t effective, effective_size; /* offset and size of the effective value in struct lb_virtual */
	const char *help;
};

/* One virtual, as far as it is read.  Its effective values are known only after its last line. */
struct lb_section {
	struct lb_virtual v;
	struct lb_common common;
	struct lb_value address;
	bool broken; /* an error was reported, so no warnings follow */
	struct lb_value given[LB_DIRECTIVES_MAX]; /* the last value, by row; line 0: not given */
	struct lb_value *reals;
	size_t real_count;
	unsigned last_line;
};

struct lb_parser {
	struct arena *memory;
	struct lb_config *config;
	struct diags *diags;
	bool strict;
	lb_resolve *resolve; /* NULL: names are errors */
	void *context;
	struct lb_value fallback[2]; /* the global fallbacks by family; line 0: none */
	struct lb_section **sections;
	size_t section_count;
	struct lb_section *open; /* the section of the current line; NULL: none */
	unsigned *lines;         /* lines of directives outside of sections, by row; the last use */
	size_t real_total;
};

/* --- split_lines.c --- */
struct lb_value lb_slice(struct lb_value v, size_t from, size_t to);
/* Remove blanks (and CR) at both ends. */
struct lb_value lb_trim(struct lb_value v);
bool lb_is_blank(uint8_t c);
bool lb_is_digit(uint8_t c);
/* Read the next line of r.  Returns false at the end. */
bool lb_line_next(struct reader *r, unsigned *number, struct lb_line *out);
/* Take the next word of *rest, which then starts after it.  len is 0 when there is no more word. */
struct lb_value lb_word(struct lb_value *rest);

/* --- report.c --- */
enum lb_report { LB_ERROR, LB_MISTAKE /* ldirectord 4 is silent: a warning, an error in strict mode */, LB_WARNING };
/* Add a diagnostic at the place of v: "NAME: \"VALUE\" WHAT"; "NAME: an empty value WHAT" when the value is empty;
 * "NAME: WHAT" without a value.  When the value has a character that looks like an ordinary one but is not
 * (lib/foreign_text.h), the message ends with the name of that character and how to repair it. */
void lb_report(struct lb_parser *p, enum lb_report how, const char *name, struct lb_value v, const char *what, ...)
	__attribute__((format(printf, 5, 6)));
/* The same for a text in which a backslash has a meaning. */
void lb_report_text(struct lb_parser *p, enum lb_report how, const char *name, struct lb_value v, const char *what, ...)
	__attribute__((format(printf, 5, 6)));

/* --- directives.c --- */
const struct lb_directive *lb_directive_at(size_t index); /* NULL past the end */
const struct lb_directive *lb_directive_find(struct bytes name);
size_t lb_directive_index(const struct lb_directive *row);
/* The name that was probably meant; NULL when none is similar. */
const char *lb_directive_nearest(struct bytes name);
/* The last value of a directive in a section; NULL when it is not given. */
const struct lb_value *lb_given(const struct lb_section *s, const char *name);

/* --- tidy.c: what people write around a value --- */
/* Returns v without a ; or comma at its end and without quotes around it, and warns when it had one of these. */
struct lb_value lb_tidy(struct lb_parser *p, const char *name, struct lb_value v);
bool lb_is_word(uint8_t c); /* a letter, a digit, or _ */
/* Take the next sequence of letters, digits and _ from *rest, which then starts after it; len is 0 when there is no
 * more. */
struct lb_value lb_token(struct lb_value *rest);
/* The first sequence of digits, which ldirectord 4 takes as the number; len 0: none. */
struct lb_value lb_digits(struct lb_value v);
/* Warn that v is read as word, unless word is all of v. */
void lb_report_read_as(struct lb_parser *p, const char *name, struct lb_value v, struct lb_value word);
/* Check that an unquoted text does not begin with a quote character other than ", and has no blank that is not
 * ordinary.  Returns false after reporting an error. */
bool lb_plain_text(struct lb_parser *p, const char *name, struct lb_value v);

/* --- value.c: setters of one value --- */
typedef void lb_setter(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base);
lb_setter lb_set_number, lb_set_time, lb_set_yesno, lb_set_yesno_maybe, lb_set_text, lb_set_rest, lb_set_rest_tidy,
	lb_set_rest_unquoted, lb_set_word, lb_set_choice, lb_set_regex;
/* Set *out to the text between the first and the last quote in v, or to v when it has no quotes.  Returns false after
 * reporting an error. */
bool lb_unquote(struct lb_parser *p, const char *name, struct lb_value v, struct lb_value *out);
/* Check that PCRE2 can compile pattern.  Returns false after reporting an error. */
bool lb_regex_good(struct lb_parser *p, const char *name, struct lb_value pattern);
/* The index of word in a list that ends with NULL; -1: none. */
int lb_choice(const char *const *choices, struct bytes word);
/* The first choice that v contains as a separate word, which is how ldirectord 4 finds it: http in "http-proxy",
 * but not in "httpx".  word (may be NULL) is set to it.  Returns -1 when there is none. */
int lb_choice_of(const char *const *choices, struct lb_value v, struct lb_value *word);
/* Formats the choices: "a, b or c". */
struct lb_list { char text[256]; } lb_list_of(const char *const *choices);

/* --- section.c: setters with a grammar of their own --- */
lb_setter lb_set_checktype, lb_set_checkport, lb_set_httpmethod, lb_set_scheduler, lb_set_netmask, lb_set_status,
	lb_set_mailstatus, lb_set_request, lb_set_persistent, lb_set_smtp, lb_set_mail, lb_set_mail_sender, lb_set_name,
	lb_set_later;
/* ... and of the file. */
lb_setter lb_set_supervised, lb_set_execute, lb_set_logfile, lb_set_checkcount, lb_set_maxdown;

/* --- address.c --- */
struct lb_host_port {
	struct lb_value before; /* ldirectord 4 skips this part */
	struct lb_value host, host_last /* of a range; text.at NULL: none */, port /* text.at NULL: none */;
	struct lb_value after;
};
/* Split HOST[->HOST][:PORT].  Returns false when there is no host. */
bool lb_host_port_cut(struct lb_value v, struct lb_host_port *out);
/* The end of a message about the address v of a directive: names the directive for the other family; "" when the family
 * of v is right. */
const char *lb_other_family(const char *name, struct lb_value v);
/* Both return false after reporting an error. */
bool lb_host_resolve(
	struct lb_parser *p, const char *name, struct lb_value host, enum lb_family family, struct lb_address *out);
bool lb_port_resolve(
	struct lb_parser *p, const char *name, struct lb_value port, enum lb_protocol protocol, uint16_t *out);
uint32_t lb_address_number(const struct lb_address *a); /* inet only */
void lb_address_set_number(struct lb_address *a, uint32_t number);

/* --- real.c --- */
/* Returns true when the request, with or without its leading /, starts with the scheme of the service.  Only http and
 * https have a scheme. */
bool lb_is_url(const char *request, enum lb_service service);
void lb_real_read(struct lb_parser *p, struct lb_section *s, struct lb_value v);
/* A list of fallbacks, separated by commas.  Returns their number, and the list in *out; of a list with an error 0. */
size_t lb_fallbacks_read(struct lb_parser *p, struct lb_value v, enum lb_family family, enum lb_protocol protocol,
	struct lb_real **out);

/* --- effective.c, warnings.c --- */
void lb_effective_values(struct lb_parser *p);
void lb_warnings(struct lb_parser *p, const struct lb_section *s);
struct lb_common lb_common_none(void);
const char *lb_real_name(enum lb_family family); /* "real", "real6" */
const char *lb_fallback_name(enum lb_family family);
const char *lb_virtual_name(enum lb_family family);

/* --- check_identity.c: comparisons for the rows --- */
lb_same lb_same_number, lb_same_text, lb_same_server, lb_same_check_type, lb_same_request, lb_same_receive,
	lb_same_status;

/* --- names.c --- */
extern const char *const lb_protocol_names[], *const lb_service_names[], *const lb_forward_names[],
	*const lb_sslverify_names[], *const lb_redirect_names[];
enum lb_service lb_service_of_port(uint16_t port);

#endif
