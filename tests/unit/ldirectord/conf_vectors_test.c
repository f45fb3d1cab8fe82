// SPDX-License-Identifier: MIT
/* Parses every file of tests/data/ldirectord/parse and compares with what was recorded from the reference, or with what
 * is required of us: errors with their lines, and all effective values.  Run from the top of the source tree. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ldirectord/daemon/show_config.h"
#include "lib/bytes.h"
#include "lib/file.h"
#include "tests/unit/ldirectord/parse.h"

#define DIRECTORY "tests/data/ldirectord/parse"

enum { FIXTURES = 168 };

static bool first_error_at(const struct diags *d, unsigned line)
{
	for (size_t i = 0; i < d->count; i++) {
		if (d->list[i].severity == DIAG_ERROR)
			return d->list[i].line == line;
	}
	return false;
}

static unsigned complaints;
static void complain(const char *id, const char *what, const json_t *want, const json_t *have)
{
	char *a = want ? json_dumps(want, JSON_ENCODE_ANY | JSON_COMPACT) : NULL,
	     *b = have ? json_dumps(have, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
	print_error("%s: %s: wanted %s, have %s\n", id, what, a ? a : "-", b ? b : "-");
	free(a);
	free(b);
	complaints++;
}

// The defaults of values that a recording leaves out.  Only ours has "line" and "host".
static const char presets_text[] =
	"{\"scheduler\":\"wrr\",\"persistent\":0,\"ops\":\"no\",\"quiescent\":\"no\",\"cleanstop\":\"yes\",\"checkport\":0,\"checkcommand\":\"/bin/true\","
	"\"request\":\"/\",\"receive\":\"\",\"httpmethod\":\"GET\",\"login\":\"\",\"passwd\":\"\",\"database\":\"\",\"secret\":\"\",\"status\":\"200-299\","
	"\"redirect\":\"server\",\"sslverify\":\"no\",\"checkinterval\":10,\"retryinterval\":10,\"checkcount\":1,\"failurecount\":1,\"risecount\":1,\"quorum\":1,\"quorumhysteresis\":0,\"maxdown\":null,\"dynamicweight\":\"no\",\"agentport\":0,"
	"\"emailalertfreq\":0,\"emailalertstatus\":15,\"autoreload\":\"no\",\"supervised\":\"no\",\"fork\":\"no\",\"readdquiescent\":\"no\","
	"\"logfile\":\"/var/log/ldirectord.log\",\"execute\":[],\"weight\":1,\"l-threshold\":0,\"u-threshold\":0}";
static json_t *presets;

static bool only_theirs(const char *name)
{
	return strcmp(name, "url") == 0 || strcmp(name, "ipvsadm_service_args") == 0 || strcmp(name, "real") == 0;
}

static bool only_ours(const char *name)
{
	return strcmp(name, "line") == 0 || strcmp(name, "host") == 0 || strcmp(name, "real") == 0;
}

// We must have every value of the reference.  A value that it leaves out must be the default.
static void compare(const char *id, json_t *want, json_t *have)
{
	const char *name;
	json_t *value;
	json_object_foreach(want, name, value) {
		if (!only_theirs(name) && !json_equal(value, json_object_get(have, name)))
			complain(id, name, value, json_object_get(have, name));
	}
	json_object_foreach(have, name, value) {
		if (!only_ours(name) && !json_object_get(want, name) &&
			!json_equal(value, json_object_get(presets, name)))
			complain(id, name, json_object_get(presets, name), value);
	}
}

// The ipvsadm arguments for our structs, in the form of the recorded calls.
static void service_args(const struct lb_virtual *v, bool zero_persistent, char *out, size_t cap)
{
	struct writer w = writer_over(out, cap - 1);
	char address[64];
	lb_address_text(&v->id.address, address, sizeof(address));
	if (v->id.protocol == LB_FWM)
		writer_format(&w, "-f %u%s", v->id.mark, v->id.address.family == LB_INET6 ? " -6" : "");
	else
		writer_format(&w, "-%c %s", v->id.protocol == LB_UDP ? 'u' : 't', address);
	writer_format(&w, "%s -s %s", v->ops && v->id.protocol == LB_UDP ? " -o" : "", v->scheduler);
	if (v->persistent > 0 || zero_persistent)
		writer_format(&w, " -p %u", v->persistent);
	if (v->persistent > 0 && v->netmask)
		writer_format(&w, " -M %s", v->netmask);
	if (v->schedflags)
		writer_format(&w, " -b %s", v->schedflags);
	assert_false(w.overflowed);
	out[w.len] = '\0';
}

// The reference leaves out receive when it is empty.
static void compare_real(const char *id, json_t *want, json_t *have)
{
	if (!json_object_get(want, "receive"))
		(void)json_object_set_new(want, "receive", json_string(""));
	compare(id, want, have);
}

static void compare_virtual(
	const char *id, const char *required, json_t *want, json_t *have, const struct lb_virtual *v)
{
	char args[256];
	service_args(v, strcmp(id, "persistent-0") == 0, args, sizeof(args));
	json_t *theirs = json_object_get(want, "ipvsadm_service_args"), *ours = json_string(args);
	if (!json_equal(theirs, ours))
		complain(id, "ipvsadm_service_args", theirs, ours);
	json_decref(ours);
	if (strcmp(id, "v-ftp-defport") == 0) { // required: the defaults of ftp
		assert_string_equal(
			required, "accept; apply the ftp default login and password whenever the service is ftp");
		(void)json_object_set_new(want, "login", json_string("anonymous"));
		(void)json_object_set_new(want, "passwd", json_string("ldirectord@lvsdir"));
	}
	if (json_object_get(want, "checkinterval")) // retryinterval is only ours; by default it is the same
		(void)json_object_set(want, "retryinterval", json_object_get(want, "checkinterval"));
	compare(id, want, have);
	json_t *want_reals = json_object_get(want, "real"), *have_reals = json_object_get(have, "real");
	if (strcmp(id, "real-range-digits") == 0) { // required: all addresses of the range; the reference has none
		static const char *const range[] = {"5.245.224.254", "5.245.224.255", "5.245.225.0", "5.245.225.1"};
		for (size_t i = 0; i < 4; i++)
			(void)json_array_append_new(
				want_reals, json_pack("{s:s,s:i,s:s,s:i,s:s}", "server", range[i], "port", 80,
						    "forward", "masq", "weight", 1, "request", "/"));
	}
	if (strcmp(id, "real-thresholds-swapped") == 0) // required: the obvious meaning
		(void)json_object_set_new(json_array_get(want_reals, 0), "u-threshold", json_integer(10));
	if (json_array_size(want_reals) != json_array_size(have_reals))
		complain(id, "number of servers", want_reals, have_reals);
	for (size_t i = 0; i < json_array_size(want_reals) && i < json_array_size(have_reals); i++)
		compare_real(id, json_array_get(want_reals, i), json_array_get(have_reals, i));
}

// Globals: the reference keeps a fallback for each protocol.
static void compare_globals(const char *id, json_t *want, json_t *have)
{
	const char *name;
	json_t *value;
	void *next;
	json_object_foreach_safe(want, next, name, value) {
		if (strncmp(name, "fallback", 8) == 0 && json_is_object(value))
			(void)json_object_set(want, name, json_object_get(value, "tcp"));
	}
	compare(id, want, have);
}

// In ours, each virtual has the global fallback too.
static void lend_fallback(json_t *globals, json_t *virtual)
{
	bool six = strcmp(json_string_value(json_object_get(virtual, "family")), "inet6") == 0;
	json_t *all = json_object_get(globals, six ? "fallback6" : "fallback");
	if (all && !json_object_get(virtual, "fallback"))
		(void)json_object_set(virtual, "fallback", all);
	const char *name;
	json_t *value;
	json_object_foreach(globals, name, value) { // ours shows effective values, theirs only those of the section
		if (!json_object_get(virtual, name) && strncmp(name, "check", 5) != 0 &&
			json_object_get(presets, name) == NULL && strncmp(name, "fallback6", 9) != 0)
			(void)json_object_set(virtual, name, value);
	}
}

static void compare_config(const char *id, const char *required, json_t *reference, const struct lb_config *c)
{
	const struct diags none = {0};
	json_t *shown = lb_show_check(c, &none), *have = json_object_get(shown, "config"),
	       *want = json_object_get(reference, "virtuals"),
	       *globals = json_object_get(reference, "globals_not_default");
	compare_globals(id, globals, json_object_get(have, "globals"));
	if (c->virtual_count != json_array_size(want))
		complain(id, "number of virtuals", want, json_object_get(have, "virtuals"));
	for (size_t i = 0; i < json_array_size(want) && i < c->virtual_count; i++) {
		lend_fallback(globals, json_array_get(want, i));
		compare_virtual(id, required, json_array_get(want, i),
			json_array_get(json_object_get(have, "virtuals"), i), &c->virtuals[i]);
	}
	json_decref(shown);
}

/* What "accept with the obvious meaning" means for files that the reference refuses: the values by name, as JSON. */
static const struct { const char *id, *globals, *virtuals;
} meant[] = {
#define HTTP_REAL "\"real\":[{\"server\":\"10.9.0.2\",\"port\":80,\"forward\":\"gate\",\"request\":\"/\"}]"
#define HTTP \
	"\"server\":\"10.9.0.1\",\"port\":80,\"family\":\"inet\",\"protocol\":\"tcp\",\"checktype\":\"negotiate\",\"service\":\"http\",\"checktimeout\":5," \
	"\"negotiatetimeout\":30,\"ipvsadm_service_args\":\"-t 10.9.0.1:80 -s wrr\""
	{"struct-no-real", "{}", "[{" HTTP ",\"real\":[]}]"},
	{"struct-blank-inside", "{}", "[{" HTTP "," HTTP_REAL "}]"},
	{"struct-4space-line-inside", "{}", "[{" HTTP "," HTTP_REAL "}]"},
	{"struct-tab-space-line", "{}", "[{" HTTP "," HTTP_REAL "}]"},
	{"struct-trailing-comment-global-yesno", "{\"autoreload\":\"yes\"}", "[]"},
	{"struct-virtual-yesno-comment", "{}", "[{" HTTP "," HTTP_REAL "}]"},
	{"logfile-unquoted", "{\"logfile\":\"/var/log/x.log\"}", "[]"},
	{"callback-unquoted", "{\"callback\":\"/bin/true\"}", "[]"},
	{"fb-svcname", "{\"fallback\":{\"server\":\"127.0.0.1\",\"port\":80,\"forward\":\"gate\"}}",
		"[{" HTTP "," HTTP_REAL "}]"},
};

static json_t *meant_by(const char *id)
{
	for (size_t i = 0; i < sizeof(meant) / sizeof(*meant); i++) {
		if (strcmp(meant[i].id, id) == 0)
			return json_pack("{s:o,s:o}", "globals_not_default", json_loads(meant[i].globals, 0, NULL),
				"virtuals", json_loads(meant[i].virtuals, 0, NULL));
	}
	return NULL;
}

static void warned_and_strict(const char *id, const struct diags *d, const char *text, size_t len)
{
	unsigned line = 0;
	for (size_t i = 0; i < d->count; i++)
		line = d->list[i].severity == DIAG_WARNING && d->list[i].line > line ? d->list[i].line : line;
	if (line == 0)
		complain(id, "a warning with its line", NULL, NULL);
	struct diags strict;
	lb_config_free(parse_bytes(text, len, true, &strict));
	if (!has_line(&strict, DIAG_ERROR, line))
		complain(id, "an error in strict mode", NULL, NULL);
	diags_free(&strict);
}

// The line of "error, exit 2, line N, ..."; 0: the file must be accepted.
static unsigned required_line(const char *required, json_t *reference)
{
	const char *line = strncmp(required, "error", 5) == 0 ? strstr(required, "line ") : NULL;
	if (line)
		return (unsigned)strtoul(&line[5], NULL, 10);
	if (strcmp(required, "same as peer") == 0)
		return (unsigned)json_integer_value(json_object_get(reference, "line"));
	return 0;
}

static void check_fixture(const char *id, json_t *json, const char *text, size_t len)
{
	const char *required = json_string_value(json_object_get(json, "required"));
	json_t *reference = json_object_get(json, "peer"), *own = meant_by(id);
	struct diags d;
	struct lb_config *c = parse_bytes(text, len, false, &d);
	unsigned line = required_line(required, reference);
	if ((line > 0) != (d.errors > 0)) {
		complain(id, line > 0 ? "an error" : "no error", NULL, NULL);
	} else if (line > 0) {
		// This file has two errors, and the reference reports the second one, because it resolves servers only
		// at the end of their section.
		if (strcmp(id, "struct-continuation") == 0 ? !has_line(&d, DIAG_ERROR, line)
							   : !first_error_at(&d, line))
			complain(id, "the line of the error", json_object_get(reference, "line"), NULL);
	} else {
		compare_config(id, required, own ? own : reference, c);
	}
	// "peer accepts silently; report a warning with the line (error in a strict mode)", "accept, warn with the
	// line"
	if (strstr(required, "warn"))
		warned_and_strict(id, &d, text, len);
	json_t *warnings = json_object_get(reference, "warnings");
	for (size_t i = 0; i < json_array_size(warnings); i++) {
		json_t *warning = json_array_get(warnings, i);
		// Ours uses checkinterval in a section without fork, so it needs no warning.  doc/ldirectord.md 9
		if (strcmp(json_string_value(json_object_get(warning, "class")), "checkinterval-needs-fork") != 0 &&
		    !has_line(&d, DIAG_WARNING, (unsigned)json_integer_value(json_object_get(warning, "line"))))
			complain(id, "a warning of the reference", warning, NULL);
	}
	json_decref(own);
	lb_config_free(c);
	diags_free(&d);
}

static void every_file_has_the_required_errors_and_values(void **state)
{
	(void)state;
	char *index, *save = NULL;
	size_t len, count = 0, accepted = 0;
	assert_int_equal(file_read(DIRECTORY "/INDEX.tsv", 1 << 20, &index, &len, NULL), 0);
	presets = json_loads(presets_text, 0, NULL);
	assert_non_null(presets);
	complaints = 0;
	(void)strtok_r(index, "\n", &save); // the heading of the table
	for (char *row = strtok_r(NULL, "\n", &save); row; row = strtok_r(NULL, "\n", &save), count++) {
		char path[256], *text;
		row[strcspn(row, "\t")] = '\0';
		(void)snprintf(path, sizeof(path), DIRECTORY "/%s.json", row);
		json_t *json = json_load_file(path, 0, NULL);
		assert_non_null(json);
		(void)snprintf(path, sizeof(path), DIRECTORY "/%s.cf", row);
		assert_int_equal(file_read(path, 1 << 20, &text, &len, NULL), 0);
		accepted += strncmp(json_string_value(json_object_get(json, "required")), "accept", 6) == 0;
		check_fixture(row, json, text, len);
		free(text);
		json_decref(json);
	}
	free(index);
	json_decref(presets);
	assert_int_equal(count, FIXTURES);
	// also v-ftp-defport, the range, the thresholds and the real that is given twice
	assert_int_equal(accepted, sizeof(meant) / sizeof(*meant) + 4);
	assert_int_equal(complaints, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_file_has_the_required_errors_and_values),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
