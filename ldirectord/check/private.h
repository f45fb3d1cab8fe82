// SPDX-License-Identifier: MIT
/* The declarations that the kinds of checks share: the first part of every check, the table row of a kind, and the
 * functions that give a verdict.
 * Only ldirectord/check includes this header. */
#ifndef LDIRECTORD_CHECK_PRIVATE_H
#define LDIRECTORD_CHECK_PRIVATE_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "ldirectord/check/check.h"
#include "ldirectord/check/reactor.h"

enum { CHECK_WHY_MAX = 256, CHECK_STAGE_MAX = 48 };

/* A kind of check.  The first member of a kind's struct is a struct check. */
struct check_kind {
	size_t size;
	bool negotiates; /* true: negotiatetimeout is the deadline; false: checktimeout */
	/* Start the check.  Copies the values that it needs later out of the plan.  May give the verdict at once. */
	void (*start)(struct check *c, const struct check_plan *plan);
	/* Release everything.  Is called once, also when start failed; may be NULL. */
	void (*stop)(struct check *c);
	/* The deadline has passed.  A kind that can give a better reason than "timed out" calls check_verdict.  May be
	 * NULL. */
	void (*late)(struct check *c);
};

struct check {
	const struct check_kind *kind;
	check_done *done;
	void *user;
	struct timer deadline;
	int64_t timeout_ms;
	struct lb_address address; /* the address of the server with the port of the check; 0: none is known */
	bool starting, stopped, decided, up;
	unsigned share; /* LB_SHARE_..., set before the verdict */
	char stage[CHECK_STAGE_MAX]; /* what it waits for: "greeting" */
	char why[CHECK_WHY_MAX];
};

/* --- life.c --- */
/* Like check_start, with a given kind. */
struct check *check_run(GMainContext *context, const struct check_kind *kind, const struct check_plan *plan,
	check_done *done, void *user);
/* Give the verdict.  Except when start or late calls this, the check is freed when it returns. */
void check_verdict(struct check *c, bool up, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Give the verdict down, with the text of an errno as the reason: "connection refused". */
void check_failed(struct check *c, const char *what, int error);
void check_stage(struct check *c, const char *stage);

/* --- kinds.c --- */
/* The kind of a plan, without its agent. */
const struct check_kind *check_kind_of(const struct check_plan *plan);

/* --- common.c --- */
/* Convert bytes from a server to a text for the log: replaces control bytes and cuts the text to cap.  Adds no quotes.
 * Returns out. */
const char *check_printable(const char *text, size_t len, char *out, size_t cap);
enum { CHECK_PRINTABLE = 120 };

socklen_t check_sockaddr(const struct lb_address *a, struct sockaddr_storage *out);
/* Open a non-blocking socket and start to connect to the address.  Returns the socket, or -errno. */
int check_connect(const struct lb_address *a, int type);
/* Writes the address: "10.9.0.1" or "fd00::1"; cap INET6_ADDRSTRLEN is enough. */
void check_host_text(const struct lb_address *a, char *out, size_t cap);
/* Writes address and port: "127.0.0.1:46104". */
void check_local_text(const struct sockaddr_storage *me, char *out, size_t cap);
struct talk_settings;
/* Fill in the settings of a conversation.  Their strings point into the plan or into defaults (cap). */
void check_talk_settings(struct talk_settings *s, const struct check_plan *plan, char *defaults, size_t cap);

extern const struct check_kind check_kind_connect, check_kind_ping, check_kind_line, check_kind_http, check_kind_dns,
	check_kind_sip_udp, check_kind_external, check_kind_ldap, check_kind_mysql, check_kind_pgsql, check_kind_radius,
	check_kind_oracle, check_kind_with_agent;

bool http_init(const char **why);
void http_exit(void);
void ping_exit(void);
void tls_exit(void);

#endif
