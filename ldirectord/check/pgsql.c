// SPDX-License-Identifier: MIT
/* service=pgsql with libpq's asynchronous interface: connects and sends the request as a query.  The server is up when
 * the query returns a row.
 * doc/ldirectord.md 6 */
#include <errno.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#include "ldirectord/check/private.h"
#include "ldirectord/check/sql.h"

struct pgsql_check {
	struct check c;
	PGconn *connection;
	struct watch watch;
	bool asked; /* the query was sent */
	char *request;
};

#define OWNER(pointer, member) ((struct pgsql_check *)((char *)(pointer) - offsetof(struct pgsql_check, member)))

/* Give the verdict down.  The text of libpq starts with "connection to server at ... failed: ", which is cut because
 * the log line already has it. */
static void pgsql_failed(struct pgsql_check *k, const char *message)
{
	static const char end[] = " failed: ";
	char text[SQL_TEXT_MAX];
	const char *place = g_str_has_prefix(message, "connection to server at ") ? strstr(message, end) : NULL;
	if (place)
		message = &place[sizeof(end) - 1];
	if (place && g_str_has_prefix(message, g_strerror(ECONNREFUSED))) {
		check_failed(&k->c, "", ECONNREFUSED);
		return;
	}
	check_verdict(&k->c, false, "%s", sql_text(message, text));
}

/* Wait for events.  Each step of a connection may use a new socket, perhaps with the same number. */
static void pgsql_wait(struct pgsql_check *k, uint32_t events)
{
	int failed = watch_set(&k->watch, PQsocket(k->connection), events);
	if (failed)
		check_failed(&k->c, "epoll", -failed);
}

// --- the answer ---

/* Returns true for up; why gets the reason. */
static bool pgsql_judge(const PGresult *r, char why[SQL_TEXT_MAX])
{
	switch (PQresultStatus(r)) {
	case PGRES_SINGLE_TUPLE:
		(void)sql_text("the query returned a row", why);
		return true;
	case PGRES_TUPLES_OK:
		(void)sql_text("the query returned no row", why);
		return false;
	case PGRES_COMMAND_OK:
	case PGRES_EMPTY_QUERY:
	case PGRES_COPY_IN:
	case PGRES_COPY_OUT:
	case PGRES_COPY_BOTH:
		(void)sql_text("the request is a command that returns no rows", why);
		return false;
	default:
		(void)sql_text(PQresultErrorMessage(r), why);
		return false;
	}
}

static void pgsql_hear(struct pgsql_check *k)
{
	int unsent = PQflush(k->connection), fd = PQsocket(k->connection);
	sql_begin_call(fd);
	bool good = unsent >= 0 && PQconsumeInput(k->connection) == 1, busy = good && PQisBusy(k->connection);
	if (sql_end_call(fd) && (!good || busy)) {
		check_verdict(&k->c, false, SQL_TOO_MUCH_WHY);
		return;
	}
	if (!good) {
		pgsql_failed(k, PQerrorMessage(k->connection));
		return;
	}
	if (busy) {
		pgsql_wait(k, unsent ? EPOLLIN | EPOLLOUT : EPOLLIN);
		return;
	}
	// The first result is the verdict: the remaining part of a long answer is not needed.
	PGresult *r = PQgetResult(k->connection);
	if (!r) {
		check_verdict(&k->c, false, "the server sent no answer");
		return;
	}
	char why[SQL_TEXT_MAX];
	bool up = pgsql_judge(r, why);
	PQclear(r);
	check_verdict(&k->c, up, "%s", why);
}

static void pgsql_ask(struct pgsql_check *k)
{
	check_stage(&k->c, "answer to the query");
	k->asked = true;
	if (PQsetnonblocking(k->connection, 1) == 0 && PQsendQuery(k->connection, k->request) == 1 &&
		PQsetSingleRowMode(k->connection) == 1)
		pgsql_hear(k);
	else
		pgsql_failed(k, PQerrorMessage(k->connection));
}

// --- the connection ---

static void pgsql_connect(struct pgsql_check *k)
{
	int fd = PQsocket(k->connection);
	sql_begin_call(fd);
	PostgresPollingStatusType wanted = PQconnectPoll(k->connection);
	if (sql_end_call(PQsocket(k->connection)) && wanted != PGRES_POLLING_OK) {
		check_verdict(&k->c, false, SQL_TOO_MUCH_WHY);
		return;
	}
	switch (wanted) {
	case PGRES_POLLING_READING:
		pgsql_wait(k, EPOLLIN);
		break;
	case PGRES_POLLING_WRITING:
		pgsql_wait(k, EPOLLOUT);
		break;
	case PGRES_POLLING_OK:
		pgsql_ask(k);
		break;
	default:
		pgsql_failed(k, PQerrorMessage(k->connection));
		break;
	}
}

static void pgsql_ready(struct watch *w, uint32_t events)
{
	struct pgsql_check *k = OWNER(w, watch);
	(void)events;
	watch_clear(w);
	if (k->asked)
		pgsql_hear(k);
	else
		pgsql_connect(k);
}

/* Start the connection.  The host is given as an address, because libpq would wait for the resolver.  No other source
 * of settings or passwords is read. */
static PGconn *pgsql_open(const struct check *c, const struct lb_virtual *v)
{
	static const char *const verify[] = {
		[LB_SSL_NO] = "prefer", [LB_SSL_CHAIN] = "verify-ca", [LB_SSL_FULL] = "verify-full"};
	char host[INET6_ADDRSTRLEN], port[8];
	const char *name = v->sni ? v->sni : v->virtualhost;
	check_host_text(&c->address, host, sizeof(host));
	(void)snprintf(port, sizeof(port), "%u", c->address.port);
	const struct {
		const char *name, *value;
	} all[] = {
		{"hostaddr", host},
		{"port", port},
		{"user", v->login},
		{"password", v->passwd},
		{"dbname", *v->database ? v->database : v->login},
		{"passfile", "/nonexistent"},
		{"application_name", "ldirectord"},
		{"gssencmode", "disable"}, // libpq would wait for the Kerberos server
		{"sslmode", verify[v->sslverify]},
		{"sslrootcert", v->sslverify == LB_SSL_NO ? "" : v->sslca ? v->sslca : sql_authorities()},
		{"host", v->sslverify == LB_SSL_FULL && name ? name : NULL},
	};
	const char *names[sizeof(all) / sizeof(*all) + 1] = {NULL}, *values[sizeof(all) / sizeof(*all) + 1] = {NULL};
	size_t n = 0;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if (!all[i].value)
			continue;
		names[n] = all[i].name;
		values[n++] = all[i].value;
	}
	return PQconnectStartParams(names, values, 0);
}

static void no_notice(void *context, const char *message)
{
	(void)context;
	(void)message;
}

static void pgsql_start(struct check *c, const struct check_plan *plan)
{
	struct pgsql_check *k = (struct pgsql_check *)c;
	k->watch = (struct watch){.fd = -1, .ready = pgsql_ready};
	check_stage(c, "connection");
	if (!sql_is_complete(c, plan))
		return;
	k->request = g_strdup(sql_request(plan));
	k->connection = pgsql_open(c, plan->v);
	if (!k->connection || PQstatus(k->connection) == CONNECTION_BAD) {
		pgsql_failed(k, k->connection ? PQerrorMessage(k->connection) : "no memory");
		return;
	}
	// otherwise libpq prints notices to our standard error
	(void)PQsetNoticeProcessor(k->connection, no_notice, NULL);
	pgsql_wait(k, EPOLLOUT);
}

static void pgsql_stop(struct check *c)
{
	struct pgsql_check *k = (struct pgsql_check *)c;
	watch_clear(&k->watch);
	PQfinish(k->connection);
	g_free(k->request);
}

const struct check_kind check_kind_pgsql = {
	.size = sizeof(struct pgsql_check), .negotiates = true, .start = pgsql_start, .stop = pgsql_stop};
