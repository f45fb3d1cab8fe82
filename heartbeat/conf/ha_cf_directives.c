// SPDX-License-Identifier: MIT
// The table of ha.cf: one row for each directive of Heartbeat 3.0.6.  doc/configuration.md 5 and 6.
#include "heartbeat/conf/ha_cf_parse.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

#include "lib/spelling.h"

// --- directives with values of their own ---

static bool set_auto_failback(struct ha_cf_parser *p, const struct directive *row, struct word word)
{
	bool on = false;
	if (bytes_fold_equal(word.text, "legacy")) {
		p->conf->failback = FAILBACK_LEGACY;
		ha_cf_complain(p, DIAG_WARNING, row, word,
			"is deprecated: it is the same as on, but with a Heartbeat 3.0.6 peer both nodes must have it, and hb_standby and "
			"hb_takeover move nothing; write off (resources stay) or on (they go home) on both nodes");
		return true;
	}
	if (!ha_cf_boolean(word.text, &on)) {
		ha_cf_complain(p, DIAG_ERROR, row, word, "is not accepted; expected on, off or legacy");
		return false;
	}
	p->conf->failback = on ? FAILBACK_ON : FAILBACK_OFF;
	return true;
}

// Heartbeat 3.0.6 logs that on becomes off and that off becomes legacy, but it uses legacy in both cases.  We use
// legacy too: a 3.0.6 peer with the same file uses legacy, and both nodes must use the same protocol.
static bool set_nice_failback(struct ha_cf_parser *p, const struct directive *row, struct word word)
{
	bool nice;
	if (!ha_cf_boolean(word.text, &nice)) {
		ha_cf_complain(p, DIAG_ERROR, row, word,
			"is not accepted; the directive is obsolete, write \"auto_failback off\" or \"auto_failback on\"");
		return false;
	}
	ha_cf_complain(p, DIAG_WARNING, row, word,
		nice ? "is read as \"auto_failback legacy\", as in Heartbeat 3; its documented meaning is \"auto_failback off\": write that on all nodes"
		     : "is read as \"auto_failback legacy\"; write \"auto_failback on\" on all nodes");
	p->conf->failback = FAILBACK_LEGACY;
	ha_cf_set_text(p, "auto_failback", "legacy");
	return true;
}

static bool set_autojoin(struct ha_cf_parser *p, const struct directive *row, struct word word)
{
	if (bytes_fold_equal(word.text, "none"))
		return true;
	if (bytes_fold_equal(word.text, "other") || bytes_fold_equal(word.text, "any"))
		ha_cf_complain(p, DIAG_ERROR, row, word,
			"conflicts with haresources; name every node in a node line and write \"autojoin none\"");
	else
		ha_cf_complain(p, DIAG_ERROR, row, word, "is not accepted; expected none");
	return false;
}

static bool set_crm(struct ha_cf_parser *p, const struct directive *row, struct word word)
{
	static const char *const manners[] = {"manual", "minimal", "respawn", "ccm-only", "valgrind"};
	const char *other = strcmp(row->name, "crm") == 0 ? "pacemaker" : "crm";
	bool on = false;
	bool known = ha_cf_boolean(word.text, &on);
	for (size_t i = 0; i < sizeof(manners) / sizeof(*manners); i++)
		on |= bytes_fold_equal(word.text, manners[i]);
	if (word.line > 0 && ha_cf_given(p, other)) { // line 0: the value is our own preset
		diag_add(p->diags, DIAG_ERROR, word.line, word.column,
			"%s: already given as %s on line %u; keep one of them", row->name, other,
			ha_cf_given(p, other));
		return false;
	}
	if (on)
		ha_cf_complain(p, DIAG_ERROR, row, word,
			"asks for pacemaker, which this heartbeat does not start: configure resources in haresources, and set this directive to \"off\"");
	else if (!known)
		ha_cf_complain(p, DIAG_ERROR, row, word, "is not accepted; expected off");
	return known && !on;
}

static bool set_compression(struct ha_cf_parser *p, const struct directive *row, struct word word)
{
	if (!value_choice(p, row, word))
		return false;
	p->conf->compression = arena_text(p->arena, word.text);
	return true;
}

static bool set_uuidfrom(struct ha_cf_parser *p, const struct directive *row, struct word word)
{
	if (bytes_fold_equal(word.text, "file") || bytes_fold_equal(word.text, "nodename"))
		return true;
	ha_cf_complain(p, DIAG_ERROR, row, word, "is not accepted; expected file or nodename");
	return false;
}

static bool refuse_line(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args)
{
	diag_add(p->diags, DIAG_ERROR, args->line, 0, "%s: %s: %s; delete the line", row->name,
		served_text(row->served), row->help);
	return false;
}

// --- the table ---

static const char *const words_hbgen[] = {"file", "time", NULL};
static const char *const words_fence_action[] = {"reset", "off", NULL};
static const char *const words_msgfmt[] = {"classic", "netstring", NULL};
static const char *const words_compression[] = {"zlib", "bz2", NULL};

#define AT(member) .field = offsetof(struct ha_cf, member)
#define KEPT .field = NO_FIELD
#define SHOWN .parameter = true
#define MEDIUM(of) .is_medium = true, .kind = MEDIUM_##of
#define UNSERVED(text) .served = NOT_SERVED, .unserved = text
#define PACEMAKER "it is for pacemaker, which is not started; resources are in haresources; delete the line"

// clang-format off
static const struct directive table[] = {
	// members of the cluster
	{"cluster", "NAME", value_text, AT(cluster), .preset = "linux-ha", SHOWN, .help = "a name for people; heartbeat does not send it and does not compare it"},
	{"node", "NAME...", line_node, KEPT, .repeat = REPEAT_ADDS, .help = "the machines of the cluster, as uname -n prints their names"},
	{"autojoin", "none", set_autojoin, KEPT, .preset = "none", SHOWN, .help = "whether nodes without a node line may join: only none is possible with haresources"},
	{"uuidfrom", "file|nodename", set_uuidfrom, KEPT, .preset = "file", SHOWN, .served = WITHOUT_EFFECT,
	 .instead = "the identity of this node is always in /var/lib/heartbeat/hb_uuid; delete the line", .usual = "file",
	 .help = "where the identity of this node comes from: always the file"},
	{"hbgenmethod", "file|time", value_choice, AT(hbgen_time), .choices = words_hbgen, .preset = "file", SHOWN, .help = "generation of a start: counted in a file, or the time of day"},
	{"hopfudge", "NUMBER", value_integer, AT(hopfudge), .low = 0, .high = 255, .preset = "1", SHOWN, .help = "hops that a message may make beyond one for each node, 0 to 255"},
	// times
	{"keepalive", "TIME", value_time, AT(keepalive), .low = 1, .preset = "1000ms", SHOWN, .help = "time between two heartbeats"},
	{"warntime", "TIME", value_time, AT(warntime), .low = 1, .derived = "half of deadtime", SHOWN, .help = "a heartbeat later than this is reported"},
	{"deadtime", "TIME", value_time, AT(deadtime), .preset = "30000ms", SHOWN, .help = "a node that is silent for so long is dead; more than twice keepalive"},
	{"initdead", "TIME", value_time, AT(initdead), .derived = "deadtime, 12s or twice deadtime", SHOWN, .help = "like deadtime, but just after the start of heartbeat, when networks come up slowly; at least deadtime"},
	{"deadping", "TIME", value_time, AT(deadping), .derived = "deadtime", SHOWN, .help = "a ping host that is silent for so long is dead; more than twice keepalive"},
	{"max_rexmit_delay", "NUMBER", value_integer, AT(max_rexmit_delay_ms), .low = 1, .high = INT_MAX, .preset = "250", SHOWN, .help = "longest wait in milliseconds before a lost packet is asked for again"},
	// media
	{"udpport", "PORT", value_udpport, KEPT, .preset = "694", SHOWN, .help = "UDP port of bcast, ucast and ucast6, 1 to 65535; put it above them"},
	{"baud", "RATE", value_baud, KEPT, .preset = "19200", .repeat = REPEAT_REFUSED, SHOWN,
	 .help = "speed of serial lines: 9600, 19200, 38400, 57600, 115200, 230400 or 460800; put it above them"},
	{"bcast", "INTERFACE...", medium_line_bcast, KEPT, .repeat = REPEAT_ADDS, MEDIUM(BCAST),
	 .help = "heartbeats by UDP broadcast"},
	{"udp", "INTERFACE...", medium_line_bcast, KEPT, .repeat = REPEAT_ADDS, MEDIUM(BCAST),
	 .help = "the old name of bcast"},
	{"mcast", "INTERFACE GROUP PORT TTL LOOP", .set_line = medium_line_mcast, .min_words = 3, KEPT,
	 .repeat = REPEAT_ADDS, MEDIUM(MCAST),
	 .help = "heartbeats by IPv4 multicast; TTL 0 to 4 (1 when left out), LOOP 0 or 1 (0 when left out)"},
	{"ucast", "INTERFACE HOST", .set_line = medium_line_ucast, .min_words = 2, KEPT,
	 .repeat = REPEAT_ADDS, MEDIUM(UCAST),
	 .help = "heartbeats by UDP to one peer; a line with this node's own address does no harm"},
	{"mcast6", "INTERFACE GROUP PORT HOPS LOOP", .set_line = medium_line_mcast, .min_words = 3, KEPT,
	 .repeat = REPEAT_ADDS, MEDIUM(MCAST6),
	 .help = "heartbeats by IPv6 multicast; HOPS 0 to 4 (1 when left out), LOOP 0 or 1 (0 when left out)"},
	{"ucast6", "INTERFACE HOST", .set_line = medium_line_ucast, .min_words = 2, KEPT,
	 .repeat = REPEAT_ADDS, MEDIUM(UCAST6),
	 .help = "heartbeats by UDP to one IPv6 peer; a link-local address belongs to the interface"},
	{"serial", "DEVICE...", medium_line_serial, KEPT, .repeat = REPEAT_ADDS, MEDIUM(SERIAL),
	 .help = "heartbeats over a null-modem cable; full path of the device"},
	{"ping", "HOST...", medium_line_ping, KEPT, .repeat = REPEAT_ADDS, MEDIUM(PING),
	 .help = "a host, such as the router, that shows whether this node still reaches the network"},
	{"ping6", "HOST...", medium_line_ping6, KEPT, .repeat = REPEAT_ADDS, MEDIUM(PING6),
	 .help = "the same by IPv6; an address (a link-local one with % and the interface) or a name"},
	{"ping_group", "NAME HOST...", .set_line = medium_line_ping_group, .min_words = 2, KEPT,
	 .repeat = REPEAT_ADDS, MEDIUM(PING_GROUP),
	 .help = "several hosts that count as one: alive while one of them answers"},
	{"hbaping", "ADAPTER", .set_line = refuse_line, KEPT, .served = NOT_ACCEPTED,
	 .help = "Fibre Channel adapters cannot be pinged"},
	// resources
	{"auto_failback", "on|off|legacy", set_auto_failback, KEPT, .derived = "legacy", SHOWN, .help = "whether resources go home when their node is back; legacy is on, for old peers, and deprecated"},
	{"ipfail", "on|off", value_boolean, AT(ipfail), .preset = "off", SHOWN,
	 .help = "moves groups away from a node when fewer ping hosts answer there than at the other one; Heartbeat 3.0.6 refuses this line"},
	{"isolated_demote", "on|off", value_boolean, AT(isolated_demote), .preset = "on", SHOWN,
	 .help = "with ipfail: a node that reaches neither the other node nor any of two or more ping hosts releases its groups"},
	{"nice_failback", "on|off", set_nice_failback, KEPT, .help = "obsolete; write auto_failback"},
	{"script_deadline", "TIME [SCRIPT [ACTION]]", .set_line = line_script_deadline, .min_words = 1, KEPT, .repeat = REPEAT_ADDS,
	 .derived = "600s for start, 120s for stop, 30s for status",
	 .help = "how long a call of a script may take before it is killed; ours, Heartbeat 3.0.6 refuses the line"},
	{"monitor", "RESOURCE INTERVAL [timeout TIME] [restarts NUMBER within TIME] [on-fail restart|move|stop|ignore]",
	 .set_line = line_monitor, .min_words = 2, KEPT, .repeat = REPEAT_ADDS, .derived = "nothing is watched",
	 .help = "how often the status of a resource that runs here is asked, and what follows when it has died; ours, Heartbeat 3.0.6 refuses the line"},
	{"stonith", "TYPE FILE", .set_line = line_stonith, .min_words = 2, KEPT,
	 .repeat = REPEAT_ADDS,
	 .help = "a device that fences nodes, its parameters in a file"},
	{"stonith_host", "HOST TYPE PARAMETERS", .set_line = line_stonith_host, .min_words = 1, KEPT,
	 .repeat = REPEAT_ADDS,
	 .help = "a fencing device: HOST is the node that uses it, * every node; the rest of the line is its parameters"},
	{"stonith_also", "HOST TYPE PARAMETERS", .set_line = line_stonith_host, .min_words = 1, KEPT,
	 .repeat = REPEAT_ADDS,
	 .help = "one more device that must succeed together with that of the line above, such as the second power supply"},
	{"fence_action", "reset|off", value_choice, AT(fence_off), .choices = words_fence_action, .preset = "reset", SHOWN,
	 .help = "whether a node that was fenced is switched on again, or stays off until somebody does it"},
	{"fence_timeout", "TIME", value_time, AT(fence_timeout), .low = 1000, .preset = "60s", SHOWN,
	 .help = "time limit of one attempt with one fencing device"},
	{"fence_retry", "TIME", value_time, AT(fence_retry), .low = 1000, .preset = "5s", SHOWN,
	 .help = "pause before the devices are tried again after all failed; it doubles each time, up to 5 minutes"},
	{"fence_check", "TIME", value_time, AT(fence_check), .low = 10000, .preset = "600s", SHOWN,
	 .help = "how often each fencing device is asked for its status"},
	{"priority_delay", "TIME", value_time, AT(priority_delay), .preset = "10s", SHOWN,
	 .help = "how much longer a node waits before it fences an owner, so that two nodes do not fence each other"},
	{"wait_for_peer", "on|off", value_boolean, AT(wait_for_peer), .preset = "on", SHOWN,
	 .help = "whether a node that has booted, and has not heard the other one since, does not fence it"},
	{"stale_start", "on|off", value_boolean, AT(stale_start), .derived = "on when a fencing device is given", SHOWN,
	 .help = "whether a node that boots alone and did not run last waits for the other one, or for hb_takeover"},
	{"respawn", "USER COMMAND...", .set_line = line_child, .min_words = 2, KEPT,
	 .repeat = REPEAT_ADDS,
	 .help = "a program that runs beside heartbeat and is started again unless it exits with 100"},
	{"failfast", "USER COMMAND...", .set_line = line_child, .min_words = 2, KEPT,
	 .repeat = REPEAT_ADDS,
	 .help = "the same, but when it ends, heartbeat stops on this node"},
	{"apiauth", "CLIENT [uid=U,U] [gid=G,G]", .set_line = line_apiauth, .min_words = 1, KEPT, .repeat = REPEAT_ADDS, .help = "who may sign on as CLIENT"},
	{"env", "NAME=VALUE...", line_env, KEPT, .repeat = REPEAT_ADDS, .help = "HA_NAME in the environment of all programs that are started"},
	// log
	{"logfacility", "FACILITY", value_facility, KEPT, SHOWN, .help = "syslog facility such as local0, or none"},
	{"logfile", "PATH", value_path, AT(logfile), SHOWN, .help = "log file for all but debug messages, and what scripts print"},
	{"debugfile", "PATH", value_path, AT(debugfile), SHOWN, .help = "log file for all messages, and what scripts print"},
	{"use_logd", "on|off", value_boolean, AT(use_logd),
	 .derived = "on when no other place for the log is given", SHOWN, .served = WITHOUT_EFFECT,
	 .instead = "there is no ha_logd, and messages go to logfile, debugfile and logfacility; name them and delete the line",
	 .help = "send log messages to ha_logd, which this heartbeat does not have"},
	{"conn_logd_time", "TIME", value_time, KEPT, .low = 1, .preset = "60", SHOWN, .served = WITHOUT_EFFECT,
	 .instead = "there is no ha_logd; delete the line",
	 .help = "pause before ha_logd is tried again"},
	{"syslogmsgfmt", "on|off", value_boolean, AT(syslogmsgfmt), .preset = "true", SHOWN, .help = "log files look like those of syslog"},
	{"log_badpack", "on|off", value_boolean, AT(log_badpack), .preset = "true", SHOWN, .help = "report packets that are malformed or not signed by our key"},
	{"debug", "NUMBER", value_integer, AT(debug), .low = 0, .high = 255, .preset = "0", SHOWN, .help = "how much to log, 0 to 255"},
	// messages
	{"msgfmt", "classic|netstring", value_choice, AT(msgfmt_netstring), .choices = words_msgfmt, .preset = "classic", SHOWN, .help = "layout of packets"},
	{"compression", "zlib|bz2", set_compression, KEPT, .choices = words_compression, .preset = "zlib", SHOWN, .help = "method for large messages"},
	{"compression_threshold", "NUMBER", value_integer, AT(compression_threshold_kib), .low = 1, .high = INT_MAX, .preset = "2", SHOWN, .help = "with traditional_compression, messages of so many kilobytes are compressed"},
	{"traditional_compression", "on|off", value_boolean, AT(traditional_compression), .preset = "no", SHOWN, .help = "compress the whole message instead of its marked fields"},
	// process
	{"realtime", "on|off", value_boolean, AT(realtime), .preset = "true", SHOWN, .help = "run ahead of other programs, locked in memory"},
	{"rtprio", "NUMBER", value_integer, AT(rtprio), .low = 1, .high = 99, .derived = "the lowest", SHOWN, .help = "real-time priority, 1 to 99"},
	{"watchdog", "DEVICE", value_path, AT(watchdog),
	 .repeat = REPEAT_REFUSED, SHOWN, UNSERVED("this version does not feed a watchdog: the device is not opened"),
	 .help = "a device that resets the machine when heartbeat hangs, such as /dev/watchdog"},
	{"memreserve", "NUMBER", value_integer, KEPT, .low = 1, .high = INT_MAX, .preset = "6500", SHOWN,
	 .served = WITHOUT_EFFECT,
	 .instead = "heartbeat locks the memory that it uses; delete the line",
	 .help = "kilobytes of memory to lock"},
	{"coredumps", "on|off", value_boolean, KEPT, .preset = "true", SHOWN, .served = WITHOUT_EFFECT,
	 .instead = "heartbeat writes no core dumps, because they would contain keys; a guardian starts a new engine instead",
	 .help = "allow core dumps"},
	{"coreroot", "DIRECTORY", value_path, KEPT, .preset = "/var/lib/heartbeat/cores", SHOWN,
	 .served = WITHOUT_EFFECT,
	 .instead = "heartbeat writes no core dumps; delete the line",
	 .help = "where core dumps are written"},
	{"use_apphbd", "on|off", value_boolean, KEPT, .preset = "off", .served = WITHOUT_EFFECT,
	 .instead = "there is no apphbd; the guardian watches the engine; delete the line",
	 .help = "apphbd monitors programs; this heartbeat does not have it"},
	// pacemaker
	{"crm", "off", set_crm, KEPT, .preset = "false", .repeat = REPEAT_REFUSED, SHOWN, .help = "pacemaker instead of haresources: only off is possible"},
	{"pacemaker", "off", set_crm, KEPT, .preset = "false", .repeat = REPEAT_REFUSED, SHOWN, .help = "another name of crm"},
	{"crmd_spawns_pengine", "on|off", value_boolean, KEPT, .served = WITHOUT_EFFECT,
	 .instead = PACEMAKER, .help = "for pacemaker only"},
	{"crm_daemon_dir", "DIRECTORY", .set_line = refuse_line, KEPT, .served = NOT_ACCEPTED,
	 .help = "it is for pacemaker, which this heartbeat does not start"},
	{"record_config_changes", "on|off", value_boolean, KEPT, .preset = "on", SHOWN, .served = WITHOUT_EFFECT,
	 .instead = PACEMAKER,
	 .help = "for pacemaker only"},
	{"record_pengine_inputs", "on|off", value_boolean, KEPT, .preset = "on", SHOWN, .served = WITHOUT_EFFECT,
	 .instead = PACEMAKER,
	 .help = "for pacemaker only"},
	{"enable_config_writes", "on|off", value_boolean, KEPT, .preset = "on", SHOWN, .served = WITHOUT_EFFECT,
	 .instead = PACEMAKER,
	 .help = "for pacemaker only"},
	{"quorum_server", "HOST", value_text, KEPT, SHOWN, .served = WITHOUT_EFFECT,
	 .instead = "two nodes need no quorum; use fencing (stonith_host) or a second network path, and delete the line",
	 .help = "for pacemaker only"},
	{"normalpoll", "on|off", .set_line = refuse_line, KEPT, .served = NOT_ACCEPTED,
	 .help = "it was a build option of old releases"},
};
// clang-format on

enum { DIRECTIVES = sizeof(table) / sizeof(*table) };
_Static_assert(
	sizeof(table) / sizeof(*table) <= (size_t)DIRECTIVES_MAX, "the parser's arrays have a cell for every row");

const struct directive *directive_at(size_t index)
{
	return index < DIRECTIVES ? &table[index] : NULL;
}

int directive_find(struct bytes name)
{
	for (int i = 0; i < DIRECTIVES; i++) {
		if (bytes_equal_text(name, table[i].name))
			return i;
	}
	return -1;
}

static const char *name_at(size_t index)
{
	return index < DIRECTIVES ? table[index].name : NULL;
}

const char *directive_nearest(struct bytes name)
{
	return spelling_nearest(name, name_at);
}

// Returns the row of a directive.  The name comes from our own code: a misspelt name must abort, and must not look like
// a directive that was not given.
static size_t row_of(const char *directive)
{
	int index = directive_find(bytes_of(directive));
	assert(index >= 0);
	return (size_t)index;
}

unsigned ha_cf_given(const struct ha_cf_parser *p, const char *directive)
{
	return p->given[row_of(directive)];
}

bool ha_cf_refused(const struct ha_cf_parser *p, const char *directive)
{
	return p->refused[row_of(directive)];
}

void ha_cf_set_text(struct ha_cf_parser *p, const char *directive, const char *text)
{
	p->text[row_of(directive)] = text;
}

const char *medium_kind_name(enum medium_kind kind)
{
	const struct directive *row;
	for (size_t i = 0; (row = directive_at(i)) != NULL; i++) {
		if (row->is_medium && row->kind == kind)
			return row->name; // return the first row: "bcast", not its old name "udp"
	}
	return "?";
}

bool ha_cf_directive(size_t index, struct directive_info *info)
{
	const struct directive *row = directive_at(index);
	if (!row)
		return false;
	*info = (struct directive_info){
		.name = row->name,
		.arguments = row->arguments,
		.preset = row->preset ? row->preset : row->derived,
		.help = row->help,
		.unserved = row->unserved,
		.served = row->served,
		.is_medium = row->is_medium,
		.kind = row->kind,
	};
	return true;
}

const char *served_text(enum served served)
{
	static const char *const texts[SERVED_KINDS] = {
		[SERVED] = "",
		[WITHOUT_EFFECT] = "without effect",
		[NOT_SERVED] = "not served",
		[NOT_ACCEPTED] = "not accepted",
	};
	return (size_t)served < SERVED_KINDS ? texts[served] : "?";
}
