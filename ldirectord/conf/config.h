// SPDX-License-Identifier: MIT
/* The effective values of a ldirectord.cf.  PURE: reads no file, looks up no name and has no clock; the caller passes a
 * function that resolves names.  doc/ldirectord.md 2 to 5. */
#ifndef LDIRECTORD_CONF_CONFIG_H
#define LDIRECTORD_CONF_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/diag.h"

/* The default log file. */
#define LB_LOG_FILE LOCALSTATEDIR "/log/ldirectord.log"

enum lb_family { LB_INET, LB_INET6 };

struct lb_address {
	enum lb_family family;
	uint8_t bytes[16]; /* in network order; only the first 4 for inet */
	uint16_t port;     /* in host order; 0: none */
};

enum lb_protocol { LB_TCP, LB_UDP, LB_FWM };
enum lb_forward { LB_GATE, LB_MASQ, LB_IPIP };

/* The identity of a virtual: protocol and address, or a firewall mark and its family.  Two virtuals with the same
 * identity are an error of the file. */
struct lb_service_id {
	enum lb_protocol protocol;
	struct lb_address address; /* for a mark, only the family is used */
	uint32_t mark;
};

enum lb_check_type {
	LB_CHECK_CONNECT,
	LB_CHECK_NEGOTIATE,
	LB_CHECK_PING,
	LB_CHECK_EXTERNAL,
	LB_CHECK_EXTERNAL_PERL,
	LB_CHECK_ON,
	LB_CHECK_OFF,
	LB_CHECK_COMBINED
};
enum lb_service {
	LB_DNS,
	LB_FTP,
	LB_HTTP,
	LB_HTTPS,
	LB_HTTP_PROXY,
	LB_IMAP,
	LB_IMAPS,
	LB_LDAP,
	LB_LDAPS,
	LB_MYSQL,
	LB_NNTP,
	LB_NONE,
	LB_ORACLE,
	LB_PGSQL,
	LB_POP,
	LB_POPS,
	LB_RADIUS,
	LB_SIMPLETCP,
	LB_SIP,
	LB_SMTP,
	LB_SUBMISSION,
	LB_SERVICES
};
enum lb_method { LB_GET, LB_HEAD };
/* How a check of http handles redirects: LB_REDIRECT_SERVER follows them, but asks the real server, whatever host they
 * name; LB_REDIRECT_FOLLOW follows them to any host; LB_REDIRECT_NO checks the redirect itself. */
enum lb_redirect { LB_REDIRECT_SERVER, LB_REDIRECT_FOLLOW, LB_REDIRECT_NO };
enum lb_sslverify { LB_SSL_NO, LB_SSL_CHAIN, LB_SSL_FULL };
enum { LB_MAIL_STARTING = 1, LB_MAIL_RUNNING = 2, LB_MAIL_STOPPING = 4, LB_MAIL_RELOADING = 8, LB_MAIL_ALL = 15 };

/* A real server, or a fallback (weight 1, thresholds 0).  Strings are not NULL unless a comment allows it. */
struct lb_real {
	struct lb_address address;
	char *host; /* as written */
	enum lb_forward forward;
	uint32_t weight, upper, lower;
	/* The values of the real or, if it has none, of its section.  A request always starts with /, even a URL:
	 * "/http://..." */
	char *request, *receive;
	bool elsewhere; /* the real has a request that is a URL of the service: the check asks the host of that URL */
	unsigned line;
};

/* What a check says about the weight of a real: a percentage of the one in the file, 1 to 100, or one of these.
 * doc/ldirectord.md 11.16 */
enum { LB_SHARE_NONE = 0 /* nothing */, LB_SHARE_FULL = 100, LB_SHARE_DRAIN = 255 /* no new clients: weight 0 */ };

/* A number, or a share of the reals of a virtual. */
struct lb_limit {
	bool given, percent;
	uint16_t value;
};

struct lb_status_range { uint16_t first, last; }; /* of http status codes, inclusive */

struct lb_virtual {
	struct lb_service_id id;
	char *host; /* as written; NULL: the virtual is a mark */
	unsigned line;
	struct lb_real *reals;
	size_t real_count;
	/* The section's, else the global ones with this virtual's port; in the order of the file.  All but the last one
	 * are checked like the reals: doc/ldirectord.md 11.14 */
	struct lb_real *fallbacks;
	size_t fallback_count;
	enum lb_check_type check_type;
	unsigned connects_per_negotiate; /* for LB_CHECK_COMBINED */
	enum lb_service service;
	uint16_t check_port; /* 0: the port of the real or, if that is 0, the default port of the service */
	char *check_command, *request, *receive, *virtualhost /* NULL: none */, *login, *passwd, *database, *secret;
	bool login_preset, passwd_preset; /* not in the file: the value is ldirectord@HOST, see lb_config_set_host */
	enum lb_method http_method;
	char *scheduler, *schedflags, *netmask; /* schedflags and netmask may be NULL: none */
	uint32_t persistent; /* seconds; 0: not persistent */
	bool ops, quiescent, cleanstop;
	int64_t check_timeout_ms, negotiate_timeout_ms, check_interval_ms;
	int64_t retry_interval_ms; /* ours: the interval while the check fails; equal to check_interval_ms unless set */
	unsigned check_count, failure_count, rise_count /* ours, 1 */;
	/* Ours; the defaults are 1 and 0.  When fewer reals than quorum - hysteresis are up, the fallback is added.  It
	 * is removed when quorum + hysteresis reals are up. */
	unsigned quorum, quorum_hysteresis;
	bool dynamic_weight; /* ours: the exit status of an external check is a percentage of the weight */
	uint16_t agent_port; /* ours: a port of each real that sends one; 0: none */
	struct lb_limit max_down; /* ours, not given: so many reals at most are removed by checks */
	const unsigned *lines; /* of its directives: lb_section_line */
	char *fallback_command, *monitor_file, *service_name, *comment, *load; /* NULL: none */
	char *email_alert, *smtp;                                              /* NULL: none */
	char *alert_command;                                                   /* ours; NULL: none */
	unsigned email_alert_freq, email_alert_status;
	/* the accepted status codes (ours: doc/ldirectord.md 11) */
	struct lb_status_range *status;
	size_t status_count; /* 0: 200-299 */
	enum lb_redirect redirect;
	char *sni; /* NULL: use virtualhost */
	enum lb_sslverify sslverify;
	char *sslca; /* NULL: the authorities of the system */
};

/* Directives that are allowed both outside of sections and in one, with the values that were written, for show.  The
 * effective values are in the virtuals. */
struct lb_common {
	int64_t check_timeout_ms, negotiate_timeout_ms, check_interval_ms, retry_interval_ms; /* 0: not given */
	unsigned check_count, failure_count, rise_count, quorum;                              /* 0: not given */
	int64_t email_alert_freq, email_alert_status, quorum_hysteresis;                      /* -1: not given */
	int quiescent, cleanstop;                                                             /* -1: not given */
	struct lb_limit max_down;
	char *fallback_command, *alert_command, *email_alert, *smtp;                          /* NULL: not given */
};

struct lb_config {
	char *file;
	struct lb_virtual *virtuals;
	size_t virtual_count;
	bool autoreload, supervised, fork, readd_quiescent;
	char *callback, *log_file, *maintenance_dir, *email_alert_from; /* NULL: none; log_file has a default */
	char **execute;
	size_t execute_count;
	struct lb_common globals;
	/* the global ones by family, port 0: that of the virtual */
	struct lb_real *fallbacks[2];
	size_t fallback_count[2];
	const unsigned *lines;                    /* of directives outside of sections: lb_file_line */
	struct arena *memory;                     /* of all of this, itself included; private to the parser */
};

/* Resolve a host name to its first address of the family.  Returns false when it has none; *why is then a text, which
 * the callee owns.
 * The host ":NAME/tcp" or ":NAME/udp" asks the services database instead, and sets out->port to the port of NAME. */
typedef bool lb_resolve(
	void *context, const char *host, enum lb_family family, struct lb_address *out, const char **why);

/* Parse a whole file.  Adds every error and warning to d.  Returns NULL when there is an error (never an incomplete
 * configuration), otherwise an object that the caller frees with lb_config_free.  strict: the mistakes of
 * doc/ldirectord.md 13 that are normally only warnings are errors. */
struct lb_config *lb_config_parse(const char *file, const char *text, size_t len, bool strict, lb_resolve *resolve,
	void *context, struct diags *d);
void lb_config_free(struct lb_config *c);
/* Set the name of this machine ($HOSTNAME, or else the node name) in the default values of ftp and sip; before this
 * call they have "localhost".  Returns false without memory. */
bool lb_config_set_host(struct lb_config *c, const char *host);

/* How many of the reals of v its limit maxdown is, rounded down; SIZE_MAX: no limit. */
size_t lb_max_down(const struct lb_virtual *v);

/* The line of a directive in the section of v, or outside of sections; 0: it is not written there. */
unsigned lb_section_line(const struct lb_virtual *v, const char *directive);
unsigned lb_file_line(const struct lb_config *c, const char *directive);

/* Returns true when the checks of two reals have the same settings.  Compares the effective values of every directive
 * that directives.c marks as part of the identity of a check.  ra belongs to va, rb to vb. */
bool lb_check_identity_equal(
	const struct lb_virtual *va, const struct lb_real *ra, const struct lb_virtual *vb, const struct lb_real *rb);

/* The names in the file, for logs and JSON. */
const char *lb_check_type_name(enum lb_check_type t);
const char *lb_service_name(enum lb_service s);
const char *lb_forward_name(enum lb_forward f);
const char *lb_protocol_name(enum lb_protocol p);
const char *lb_sslverify_name(enum lb_sslverify s);
const char *lb_redirect_name(enum lb_redirect r);
uint16_t lb_service_port(enum lb_service s); /* Returns the default port of the service; 0: none. */
bool lb_service_id_equal(const struct lb_service_id *a, const struct lb_service_id *b);
bool lb_address_equal(const struct lb_address *a, const struct lb_address *b);
/* Writes address and port: "10.9.0.1:80", "[fd00::1]:80".  64 bytes (cap) are always enough. */
void lb_address_text(const struct lb_address *a, char *out, size_t cap);
/* Writes the name of a virtual for log lines: "tcp:10.9.0.1:80", "fwm:5". */
void lb_service_id_text(const struct lb_service_id *id, char *out, size_t cap);

#endif
