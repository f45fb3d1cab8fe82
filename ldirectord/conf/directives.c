// SPDX-License-Identifier: MIT
// The table of directives: where each may be written, what it sets, what it is for.  doc/ldirectord.md 4, 5, 11.
#include "ldirectord/conf/parse.h"

#include <assert.h>
#include <string.h>

#include "lib/spelling.h"

#define OF_FILE(field) offsetof(struct lb_config, field), sizeof(((struct lb_config *)0)->field)
#define OF_BOTH(field) offsetof(struct lb_common, field), sizeof(((struct lb_common *)0)->field)
#define OF_SECTION(field) offsetof(struct lb_virtual, field), sizeof(((struct lb_virtual *)0)->field)
#define NO_FIELD 0, 0

#define SERVED         .served = LB_SERVED
#define WITHOUT_EFFECT .served = LB_WITHOUT_EFFECT
#define REMOVED        .served = LB_REMOVED

/* The last column: the function that compares two effective values, or the mark that the directive does not change a
 * check. */
#define SAME_WITH(function, field) \
	.identity = LB_IDENTITY, .same = (function), .effective = offsetof(struct lb_virtual, field), \
	.effective_size = sizeof(((struct lb_virtual *)0)->field)
#define SAME_NUMBER(field)         SAME_WITH(lb_same_number, field)
#define SAME_TEXT(field)           SAME_WITH(lb_same_text, field)
#define SAME_BY(function)          .identity = LB_IDENTITY, .same = (function)
#define NOT_IDENTITY               .identity = LB_NOT_IDENTITY

enum { TIME_MAX_MS = 1000000000, COUNT_MAX = 1000000 }; // eleven days; more checks than a file needs

static const char *const methods[] = {"GET", "HEAD", NULL};

static const struct lb_directive table[] = {
	// directives of the file
	{"autoreload", LB_IN_FILE, lb_set_yesno, OF_FILE(autoreload),
		SERVED, NOT_IDENTITY, .help = "read the file again when it has changed"},
	{"callback", LB_IN_FILE, lb_set_text, OF_FILE(callback),
		SERVED, NOT_IDENTITY, .help = "program that is run when the file has changed"},
	{"logfile", LB_IN_FILE, lb_set_logfile, OF_FILE(log_file),
		SERVED, NOT_IDENTITY, .help = "file, or syslog facility"},
	{"execute", LB_IN_FILE, lb_set_execute, NO_FIELD,
		SERVED, NOT_IDENTITY, .help = "another instance that is started and stopped along"},
	{"supervised", LB_IN_FILE, lb_set_supervised, OF_FILE(supervised), .bare = true,
		SERVED, NOT_IDENTITY, .help = "stay in the foreground"},
	{"fork", LB_IN_FILE, lb_set_yesno, OF_FILE(fork),
		WITHOUT_EFFECT, NOT_IDENTITY, .help = "accepted; everything runs in parallel anyway"},
	{"readdquiescent", LB_IN_FILE, lb_set_yesno, OF_FILE(readd_quiescent),
		SERVED, NOT_IDENTITY, .help = "add servers that are not checked yet with weight 0"},
	{"maintenancedir", LB_IN_FILE, lb_set_rest_tidy, OF_FILE(maintenance_dir),
		SERVED, NOT_IDENTITY, .help = "directory; the names of its files are servers in maintenance"},
	{"emailalertfrom", LB_IN_FILE, lb_set_mail_sender, OF_FILE(email_alert_from),
		SERVED, NOT_IDENTITY, .help = "sender of mails"},
	// directives of the file and of sections
	{"checktimeout", LB_IN_BOTH, lb_set_time, OF_BOTH(check_timeout_ms), 1, TIME_MAX_MS,
		SERVED, SAME_NUMBER(check_timeout_ms), .help = "of connect, ping and external checks"},
	{"negotiatetimeout", LB_IN_BOTH, lb_set_time, OF_BOTH(negotiate_timeout_ms), 1, TIME_MAX_MS,
		SERVED, SAME_NUMBER(negotiate_timeout_ms), .help = "of negotiate checks"},
	{"checkinterval", LB_IN_BOTH, lb_set_time, OF_BOTH(check_interval_ms), 1, TIME_MAX_MS,
		SERVED, SAME_NUMBER(check_interval_ms), .help = "from the start of a check to that of the next"},
	{"retryinterval", LB_IN_BOTH, lb_set_time, OF_BOTH(retry_interval_ms), 1, TIME_MAX_MS,
		SERVED, SAME_NUMBER(retry_interval_ms), .help = "the same of a server that fails"},
	{"checkcount", LB_IN_BOTH, lb_set_checkcount, OF_BOTH(check_count), 1, COUNT_MAX,
		SERVED, SAME_NUMBER(check_count), .help = "attempts of a ping check"},
	{"failurecount", LB_IN_BOTH, lb_set_number, OF_BOTH(failure_count), 1, COUNT_MAX,
		SERVED, NOT_IDENTITY, .help = "failures in a row that make a server down"},
	{"risecount", LB_IN_BOTH, lb_set_number, OF_BOTH(rise_count), 1, COUNT_MAX,
		SERVED, NOT_IDENTITY, .help = "successes in a row that bring it back"},
	{"quorum", LB_IN_BOTH, lb_set_number, OF_BOTH(quorum), 1, COUNT_MAX,
		SERVED, NOT_IDENTITY, .help = "servers that must be up, otherwise the fallback joins"},
	{"quorumhysteresis", LB_IN_BOTH, lb_set_number, OF_BOTH(quorum_hysteresis), 0, COUNT_MAX,
		SERVED, NOT_IDENTITY, .help = "so many fewer make it join, so many more make it leave"},
	{"maxdown", LB_IN_BOTH, lb_set_maxdown, OF_BOTH(max_down), 1, LB_REALS_MAX,
		SERVED, NOT_IDENTITY, .help = "servers that checks may remove at most, a number or a percentage"},
	{"fallback", LB_IN_BOTH, lb_set_later, NO_FIELD,
		SERVED, NOT_IDENTITY, .help = "servers when no other is left: the first one that is up"},
	{"fallback6", LB_IN_BOTH, lb_set_later, NO_FIELD,
		SERVED, NOT_IDENTITY, .help = "the same of IPv6"},
	{"fallbackcommand", LB_IN_BOTH, lb_set_rest_unquoted, OF_BOTH(fallback_command),
		SERVED, NOT_IDENTITY, .help = "command that is run then"},
	{"alertcommand", LB_IN_BOTH, lb_set_rest_unquoted, OF_BOTH(alert_command),
		SERVED, NOT_IDENTITY, .help = "program that gets events as JSON"},
	{"quiescent", LB_IN_BOTH, lb_set_yesno_maybe, OF_BOTH(quiescent),
		SERVED, NOT_IDENTITY, .help = "weight 0 instead of removal"},
	{"cleanstop", LB_IN_BOTH, lb_set_yesno_maybe, OF_BOTH(cleanstop),
		SERVED, NOT_IDENTITY, .help = "empty the table at the stop"},
	{"emailalert", LB_IN_BOTH, lb_set_mail, OF_BOTH(email_alert),
		SERVED, NOT_IDENTITY, .help = "addresses that get mails"},
	{"emailalertfreq", LB_IN_BOTH, lb_set_number, OF_BOTH(email_alert_freq), 0, TIME_MAX_MS,
		SERVED, NOT_IDENTITY, .help = "seconds between reminders"},
	{"emailalertstatus", LB_IN_BOTH, lb_set_mailstatus, OF_BOTH(email_alert_status),
		SERVED, NOT_IDENTITY, .help = "when mails are sent"},
	{"smtp", LB_IN_BOTH, lb_set_smtp, OF_BOTH(smtp),
		SERVED, NOT_IDENTITY, .help = "mail server; else the local mail program"},
	// directives of a section
	{"real", LB_IN_SECTION, lb_set_later, NO_FIELD,
		SERVED, SAME_BY(lb_same_server), .help = "a server, or a range"},
	{"real6", LB_IN_SECTION, lb_set_later, NO_FIELD,
		SERVED, SAME_BY(lb_same_server), .help = "the same of IPv6"},
	{"checktype", LB_IN_SECTION, lb_set_checktype, NO_FIELD,
		SERVED, SAME_BY(lb_same_check_type), .help = "how servers are checked"},
	{"service", LB_IN_SECTION, lb_set_choice, OF_SECTION(service), .choices = lb_service_names,
		SERVED, SAME_NUMBER(service), .help = "what a negotiate check speaks"},
	{"checkcommand", LB_IN_SECTION, lb_set_text, OF_SECTION(check_command),
		SERVED, SAME_TEXT(check_command), .help = "program of an external check"},
	{"dynamicweight", LB_IN_SECTION, lb_set_yesno, OF_SECTION(dynamic_weight),
		SERVED, SAME_NUMBER(dynamic_weight), .help = "an external check decides about the weight too"},
	{"agentport", LB_IN_SECTION, lb_set_checkport, OF_SECTION(agent_port), 1, 65535,
		SERVED, SAME_NUMBER(agent_port), .help = "port of a program on each server that sends its weight"},
	{"checkport", LB_IN_SECTION, lb_set_checkport, OF_SECTION(check_port), 1, 65535,
		SERVED, SAME_NUMBER(check_port), .help = "port that is checked"},
	{"request", LB_IN_SECTION, lb_set_request, OF_SECTION(request),
		SERVED, SAME_BY(lb_same_request), .help = "what is asked for"},
	{"receive", LB_IN_SECTION, lb_set_regex, OF_SECTION(receive),
		SERVED, SAME_BY(lb_same_receive), .help = "regular expression that the answer matches"},
	{"httpmethod", LB_IN_SECTION, lb_set_httpmethod, OF_SECTION(http_method), .choices = methods,
		SERVED, SAME_NUMBER(http_method), .help = "of http checks"},
	{"virtualhost", LB_IN_SECTION, lb_set_name, OF_SECTION(virtualhost),
		SERVED, SAME_TEXT(virtualhost), .help = "name in the Host header"},
	{"login", LB_IN_SECTION, lb_set_text, OF_SECTION(login),
		SERVED, SAME_TEXT(login), .help = "user of the check"},
	{"passwd", LB_IN_SECTION, lb_set_text, OF_SECTION(passwd),
		SERVED, SAME_TEXT(passwd), .help = "the user's password"},
	{"database", LB_IN_SECTION, lb_set_text, OF_SECTION(database),
		SERVED, SAME_TEXT(database), .help = "of SQL checks"},
	{"secret", LB_IN_SECTION, lb_set_text, OF_SECTION(secret),
		SERVED, SAME_TEXT(secret), .help = "of radius checks"},
	{"scheduler", LB_IN_SECTION, lb_set_scheduler, OF_SECTION(scheduler),
		SERVED, NOT_IDENTITY, .help = "of the kernel"},
	{"persistent", LB_IN_SECTION, lb_set_persistent, OF_SECTION(persistent), 0, UINT32_MAX,
		SERVED, NOT_IDENTITY, .help = "seconds for which a client stays with a server"},
	{"netmask", LB_IN_SECTION, lb_set_netmask, OF_SECTION(netmask),
		SERVED, NOT_IDENTITY, .help = "clients that count as one"},
	{"schedflags", LB_IN_SECTION, lb_set_word, OF_SECTION(schedflags),
		SERVED, NOT_IDENTITY, .help = "flags of the scheduler"},
	{"protocol", LB_IN_SECTION, lb_set_choice, NO_FIELD, .choices = lb_protocol_names,
		SERVED, SAME_NUMBER(id.protocol), .help = "of the virtual"},
	{"ops", LB_IN_SECTION, lb_set_yesno, OF_SECTION(ops),
		SERVED, NOT_IDENTITY, .help = "one packet scheduling, with udp"},
	{"load", LB_IN_SECTION, lb_set_text, OF_SECTION(load),
		WITHOUT_EFFECT, NOT_IDENTITY, .help = "kept, without effect"},
	{"monitorfile", LB_IN_SECTION, lb_set_text, OF_SECTION(monitor_file),
		SERVED, SAME_TEXT(monitor_file), .help = "file that gets a line for each check"},
	{"servicename", LB_IN_SECTION, lb_set_rest, OF_SECTION(service_name),
		SERVED, NOT_IDENTITY, .help = "name in mails"},
	{"comment", LB_IN_SECTION, lb_set_rest, OF_SECTION(comment),
		SERVED, NOT_IDENTITY, .help = "remark in mails"},
	{"status", LB_IN_SECTION, lb_set_status, NO_FIELD,
		SERVED, SAME_BY(lb_same_status), .help = "codes of http that are good"},
	{"redirect", LB_IN_SECTION, lb_set_choice, OF_SECTION(redirect), .choices = lb_redirect_names,
		SERVED, SAME_NUMBER(redirect), .help = "whether redirects of http are followed, and to which host"},
	{"sni", LB_IN_SECTION, lb_set_name, OF_SECTION(sni),
		SERVED, SAME_TEXT(sni), .help = "name that TLS asks for"},
	{"sslverify", LB_IN_SECTION, lb_set_choice, OF_SECTION(sslverify), .choices = lb_sslverify_names,
		SERVED, SAME_NUMBER(sslverify), .help = "what is verified of a certificate"},
	{"sslca", LB_IN_SECTION, lb_set_text, OF_SECTION(sslca),
		SERVED, SAME_TEXT(sslca), .help = "file of certificate authorities"},
	// removed directives
	{"timeout", LB_NOWHERE, NULL, NO_FIELD,
		REMOVED, NOT_IDENTITY, .help = "checktimeout and negotiatetimeout"},
	{"connecttimeout", LB_NOWHERE, NULL, NO_FIELD,
		REMOVED, NOT_IDENTITY, .help = "checktimeout"},
};
enum { ROWS = sizeof(table) / sizeof(*table) };
_Static_assert(sizeof(table) / sizeof(*table) <= (size_t)LB_DIRECTIVES_MAX, "a section has a place for each row");

const struct lb_directive *lb_directive_at(size_t index)
{
	return index < ROWS ? &table[index] : NULL;
}

const struct lb_directive *lb_directive_find(struct bytes name)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (bytes_equal_text(name, table[i].name))
			return &table[i];
	}
	return NULL;
}

size_t lb_directive_index(const struct lb_directive *row)
{
	return (size_t)(row - table);
}

const struct lb_value *lb_given(const struct lb_section *s, const char *name)
{
	const struct lb_directive *row = lb_directive_find(bytes_of(name));
	assert(row); // a name without a row is a bug of ours
	const struct lb_value *v = &s->given[lb_directive_index(row)];
	return v->line > 0 ? v : NULL;
}

static unsigned line_at(const unsigned *lines, const char *name)
{
	const struct lb_directive *row = lb_directive_find(bytes_of(name));
	assert(row); // as above
	return lines ? lines[lb_directive_index(row)] : 0;
}

unsigned lb_section_line(const struct lb_virtual *v, const char *directive)
{
	return line_at(v->lines, directive);
}

unsigned lb_file_line(const struct lb_config *c, const char *directive)
{
	return line_at(c->lines, directive);
}

static const char *name_at(size_t index)
{
	return index < ROWS ? table[index].name : index == ROWS ? "virtual" : NULL;
}

const char *lb_directive_nearest(struct bytes name)
{
	return spelling_nearest(name, name_at);
}

bool lb_check_identity_equal(
	const struct lb_virtual *va, const struct lb_real *ra, const struct lb_virtual *vb, const struct lb_real *rb)
{
	const struct lb_checked a = {va, ra}, b = {vb, rb};
	for (size_t i = 0; i < ROWS; i++) {
		if (table[i].identity == LB_IDENTITY && !table[i].same(&table[i], &a, &b))
			return false;
	}
	return true;
}
