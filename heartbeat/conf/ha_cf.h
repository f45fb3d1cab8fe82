// SPDX-License-Identifier: MIT
/* Parses the text of ha.cf into a struct and diagnostics.  Pure: reads no file, resolves no name, and does not look at
 * the interfaces of the machine.
 * The modules that use interfaces, users and host names check those values.
 * doc/configuration.md 2 to 7. */
#ifndef HEARTBEAT_CONF_HA_CF_H
#define HEARTBEAT_CONF_HA_CF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "lib/diag.h"
#include "lib/mono.h"

enum {
	HA_CF_NODES_MAX = 100, /* doc/configuration.md 6: "100 nodes with ping nodes included" */
	HA_CF_MEDIA_MAX = 64,
	HA_CF_CHILDREN_MAX = 32, /* more programs than any known installation starts with heartbeat */
	HA_CF_NAME_MAX = 100, /* node name with NUL: doc/protocol.md 1.4 */
};

enum failback { FAILBACK_LEGACY, FAILBACK_OFF, FAILBACK_ON };

enum { SERIAL_BITS_PER_BYTE = 10 }; /* 8N1: with start bit and stop bit */

enum medium_kind {
	MEDIUM_BCAST,
	MEDIUM_MCAST,
	MEDIUM_UCAST,
	MEDIUM_MCAST6,
	MEDIUM_UCAST6,
	MEDIUM_SERIAL,
	MEDIUM_PING,
	MEDIUM_PING6,
	MEDIUM_PING_GROUP,
	MEDIUM_KINDS,
};

/* Of a word in ha.cf, for later diagnostics. */
struct place_in_file {
	unsigned line, column;
};

/* One medium.  Strings live in the configuration's arena. */
struct medium_conf {
	enum medium_kind kind;
	/* The name as cl_status shows it: an interface, a device, a ping host or a group name.  When another medium
	 * uses the same interface, a medium with an address is named IF:ADDRESS or IF:ADDRESS:PORT. */
	const char *name;
	const char *interface; /* bcast mcast ucast mcast6 ucast6 */
	const char *address;   /* mcast: group; ucast: peer; ping: host */
	const char **members;  /* ping_group */
	struct place_in_file *member_places; /* of each member */
	size_t member_count;
	/* bcast ucast ucast6: from the udpport line above, else from the one below (with a warning) */
	uint16_t port;
	unsigned ttl;          /* mcast: 0..4 */
	bool loop;             /* mcast */
	unsigned baud;         /* serial */
	unsigned line;         /* in ha.cf, for later diagnostics */
	unsigned host_column;  /* ucast, ping */
};

/* A name and its value as written, for cl_status hbparameter and the HA_<name> environment. */
struct parameter {
	const char *name, *value;
};

struct child_conf { /* respawn, failfast */
	const char *user, *command; /* command: rest of the line */
	bool failfast;
	unsigned line, user_column, command_column;
};

struct apiauth_conf {
	const char *client;
	const char *uids, *gids; /* lists with commas, as written; NULL when absent */
	unsigned line, uids_column, gids_column; /* the place of the first name; line 0: built in */
};

/* The action for which a script is called. */
enum script_action { SCRIPT_STATUS, SCRIPT_START, SCRIPT_STOP, SCRIPT_ACTIONS };

struct deadline_conf { /* script_deadline */
	struct span time;
	const char *script; /* the name of the script as in haresources; NULL: every script */
	int action;         /* a value of enum script_action; SCRIPT_ACTIONS: every action */
};

enum { MONITOR_RESTARTS_MAX = 20 };

/* What follows when a watched resource does not run any more. */
enum monitor_on_fail { MONITOR_ON_FAIL_RESTART, MONITOR_ON_FAIL_MOVE, MONITOR_ON_FAIL_STOP, MONITOR_ON_FAIL_IGNORE,
	MONITOR_ON_FAILS };

struct monitor_conf { /* monitor */
	const char *what;     /* "*", the name of a script, or a resource as in haresources */
	struct span interval;
	struct span timeout;  /* of the status call; 0: that of ha_cf_deadline */
	unsigned restarts;    /* at most so many ... */
	struct span within;   /* ... within this time */
	enum monitor_on_fail on_fail;
	unsigned line, column; /* of what */
};

struct stonith_conf {
	const char *host; /* "*" or a node name, lower case; for "stonith": "*" */
	const char *type, *parameters; /* stonith: the name of the parameter file */
	bool from_file;
	/* Lines of the same level are used together: all of them must succeed.  A higher level is used when the lower
	 * levels have failed.  A stonith_also line has the level of the line before it; every other line starts a new
	 * level. */
	unsigned level;
	unsigned line, type_column, parameters_column; /* parameters_column 0: there are no parameters */
};

/* What this version does with a directive; served_text gives the text. */
enum served {
	SERVED,
	WITHOUT_EFFECT, /* checked and stored, not used */
	NOT_SERVED,     /* checked, not used; heartbeat logs a warning when it starts */
	NOT_ACCEPTED,   /* every line with it is an error */
	SERVED_KINDS,
};

struct unserved_conf { /* a line with a directive that is NOT_SERVED */
	const char *directive, *why;
	unsigned line;
};

struct ha_cf {
	/* In lower case, in the order of the file, without duplicates and without ping nodes. */
	const char *nodes[HA_CF_NODES_MAX];
	size_t node_count;
	struct medium_conf media[HA_CF_MEDIA_MAX];
	size_t media_count;

	/* defaults are applied: doc/configuration.md 4 */
	struct span keepalive, deadtime, warntime, initdead, deadping;
	enum failback failback;
	bool ipfail, isolated_demote;
	unsigned hopfudge;
	uint16_t udpport;
	unsigned baud;
	const char *cluster;
	const char *logfile, *debugfile; /* NULL: not given */
	int logfacility;                 /* syslog facility number, -1: none or not given */
	bool use_logd, syslogmsgfmt, log_badpack;
	int debug;
	bool msgfmt_netstring;
	bool hbgen_time;
	bool realtime;
	int rtprio;                      /* 0: not given */
	const char *compression;         /* "zlib" (default) or "bz2" */
	unsigned compression_threshold_kib;
	bool traditional_compression;
	unsigned max_rexmit_delay_ms;
	const char *watchdog;
	struct parameter *environment;   /* env NAME=VALUE */
	size_t environment_count;
	struct parameter *parameters;    /* every parameter, given or default, that hbparameter answers */
	size_t parameter_count;
	struct child_conf *children;
	size_t child_count;
	/* the entries of the file, then the built-in entries that the file does not override */
	struct apiauth_conf *apiauth;
	size_t apiauth_count;
	struct deadline_conf *deadlines; /* every line, in the order of the file */
	size_t deadline_count;
	struct monitor_conf *monitors;   /* every line, in their order; monitor_of chooses (conf/monitor.h) */
	size_t monitor_count;
	struct stonith_conf *stonith;    /* every line; the caller selects the lines for its host */
	size_t stonith_count;
	struct span fence_timeout; /* the time limit of one attempt with one device */
	/* the first pause after all levels have failed; doubled each time up to FENCE_RETRY_MOST_MS */
	struct span fence_retry;
	struct span fence_check;   /* between two queries of the status of a device */
	struct span priority_delay; /* doc/fencing.md R8 */
	bool fence_off;            /* the fenced node stays off */
	bool wait_for_peer;        /* doc/fencing.md R10 */
	bool stale_start;          /* doc/fencing.md R13; on by default when a device is configured */
	struct unserved_conf *unserved;  /* in the order of the lines */
	size_t unserved_count;
	void *arena; /* owns all strings and arrays */
};

/* Parse the whole text, apply the defaults, and make the checks that need the whole file (times, media, nodes).
 * local_node: in lower case; must be one of the nodes; NULL: not checked.
 * Returns a configuration to be freed with ha_cf_free; it is usable only when diags->errors is 0.  Without memory it
 * returns NULL and adds an error. */
struct ha_cf *ha_cf_parse(struct bytes text, const char *local_node, struct diags *diags);
void ha_cf_free(struct ha_cf *conf);
/* The value of a parameter, as cl_status hbparameter prints it; NULL when it is unset or unknown.
 * doc/configuration.md 10. */
const char *ha_cf_parameter(const struct ha_cf *conf, const char *name);
/* The time limit of a call of a script.  Among the script_deadline lines that apply, the most specific one counts:
 * first a line with script and action, then one with a script, then one with neither.  Among equally specific lines the
 * last one counts.  Without such a line the limit is 10 minutes for start, because a database may need time to recover,
 * 2 minutes for stop, and 30 s for status. */
struct span ha_cf_deadline(const struct ha_cf *conf, const char *script, enum script_action action);
/* The name of the directive for a medium kind, for example "bcast". */
const char *medium_kind_name(enum medium_kind kind);
/* The speed of the fastest serial line in bits per second, when only serial lines carry messages; otherwise 0. */
unsigned ha_cf_line_baud(const struct ha_cf *conf);
/* The time in milliseconds after which a lost message is requested again, and sent again.  It is max_rexmit_delay.
 * When only serial lines carry messages, it may be longer: the time that a request and its answer need behind the data
 * that wait on the line.  More frequent requests would fill the line by themselves. */
int64_t ha_cf_repeat_ms(const struct ha_cf *conf);
/* Returns true for a medium that pings hosts outside the cluster; such a medium carries no messages between nodes. */
bool medium_is_ping(enum medium_kind kind);

/* A row of the directive table, for the tests of the manual and of the media. */
struct directive_info {
	const char *name, *arguments, *preset, *help; /* preset: NULL when there is no default */
	const char *unserved;                         /* NOT_SERVED: what is missing, and the consequence */
	enum served served;
	bool is_medium;
	enum medium_kind kind; /* is_medium */
};
/* Get a row of the table; returns false past the end. */
bool ha_cf_directive(size_t index, struct directive_info *info);
/* The text for a directive that is not served, such as "not served"; "" for SERVED. */
const char *served_text(enum served served);

/* Read a time: "1.5", "500ms", "1500us", "2s", "2min": doc/configuration.md 3 (s, sec and min are ours).  Returns false
 * when word is not a time. */
bool ha_cf_time(struct bytes word, struct span *value);
bool ha_cf_boolean(struct bytes word, bool *value);

#endif
