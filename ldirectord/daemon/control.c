// SPDX-License-Identifier: MIT
/* The control socket, mode 0660: a user who may write to it may use all its commands. */
#include <errno.h>
#include <glib-unix.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ldirectord/daemon/director_private.h"
#include "ldirectord/daemon/log/ldlog.h"
#include "lib/unix_listener.h"

enum { LINE_MAX_BYTES = 256, CLIENTS_MAX = 16, CLIENT_SECONDS = 30, AGAIN_SECONDS = 1 };

struct control {
	struct director *director;
	struct unix_listener *listener; /* NULL: the socket cannot be created at present */
	guint again;
	bool missing; /* its absence was logged */
	GList *clients;
};

struct client {
	struct control *control;
	int fd;
	guint source, patience;
	char line[LINE_MAX_BYTES];
	size_t line_len;
	char *answer; /* the answer that is being sent */
	size_t sent;
	bool stop; /* stop the daemon when the answer was sent */
};

static void client_end(struct client *c)
{
	reload_forget(c->control->director->reload, c);
	c->control->clients = g_list_remove(c->control->clients, c);
	if (c->source)
		g_source_remove(c->source);
	if (c->patience)
		g_source_remove(c->patience);
	close(c->fd);
	g_free(c->answer);
	g_free(c);
}

/* --- answers --- */

static bool virtual_is(const struct lb_virtual *v, const char *word)
{
	char id[96];
	lb_service_id_text(&v->id, id, sizeof id);
	const char *colon = strchr(id, ':');
	return strcmp(id, word) == 0 || (v->id.protocol == LB_TCP && colon && strcmp(colon + 1, word) == 0);
}

static char *order(struct director *d, enum pool_order what, const char *virtual_word, const char *real_word)
{
	bool known = false;
	for (size_t i = 0; i < d->config->virtual_count; i++) {
		const struct lb_virtual *v = &d->config->virtuals[i];
		if (!virtual_is(v, virtual_word))
			continue;
		known = true;
		for (size_t k = 0; k < v->real_count; k++) {
			char address[64];
			lb_address_text(&v->reals[k].address, address, sizeof address);
			if (strcmp(address, real_word) != 0)
				continue;
			pool_event(d->pool,
				&(struct pool_event){.kind = POOL_ORDER,
					.order = what,
					.service = v->id,
					.address = v->reals[k].address,
					.why = ""},
				mono_now());
			batch_collect(d);
			batch_flush(d);
			return g_strdup("ok\n");
		}
	}
	return known ? g_strdup_printf("error: virtual %s has no real server %s\n", virtual_word, real_word)
	             : g_strdup_printf(
			       "error: there is no virtual service %s; write it as tcp:ADDRESS:PORT, udp:ADDRESS:PORT or fwm:MARK\n",
			       virtual_word);
}

static void on_reloaded(void *context, bool ok, const char *why);

/* Carry out a request.  Returns the answer; NULL: it follows later. */
static char *answer_to(struct client *c)
{
	static const char *const orders[] = {
		[POOL_ENABLE] = "enable", [POOL_DRAIN] = "drain", [POOL_DISABLE] = "disable"};
	struct director *d = c->control->director;
	char *rest = c->line;
	const char *word = strsep(&rest, " "), *second = rest ? strsep(&rest, " ") : NULL, *third = rest;
	if (strcmp(word, "status") == 0) {
		char *json = status_json(d);
		char *answer = json ? g_strdup_printf("ok\n%s\n", json) : g_strdup("error: no memory\n");
		free(json);
		return answer;
	}
	if (strcmp(word, "reload") == 0) {
		reload_begin(d->reload, on_reloaded, c);
		return NULL;
	}
	if (strcmp(word, "stop") == 0) {
		c->stop = true;
		return g_strdup("ok\n");
	}
	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
		if (strcmp(word, orders[i]) == 0)
			return second && third ? order(d, (enum pool_order)i, second, third)
			                       : g_strdup_printf("error: %s VIRTUAL REAL\n", word);
	return g_strdup("error: unknown command; expected status, reload, stop, enable, drain or disable\n");
}

/* --- clients --- */

static gboolean on_writable(int fd, GIOCondition condition, gpointer data)
{
	struct client *c = data;
	(void)condition;
	ssize_t n = send(fd, c->answer + c->sent, strlen(c->answer + c->sent), MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return G_SOURCE_CONTINUE;
	if (n > 0)
		c->sent += (size_t)n;
	if (n > 0 && c->answer[c->sent] != '\0')
		return G_SOURCE_CONTINUE;
	struct director *d = c->control->director;
	bool stop = c->stop;
	c->source = 0;
	client_end(c);
	if (stop)
		director_stop(d);
	return G_SOURCE_REMOVE;
}

static void answer(struct client *c, char *text)
{
	c->answer = text;
	c->source = g_unix_fd_add(c->fd, G_IO_OUT | G_IO_ERR | G_IO_HUP, on_writable, c);
}

static void on_reloaded(void *context, bool ok, const char *why)
{
	answer(context, ok ? g_strdup("ok\n") : g_strdup_printf("error: %s\n", why));
}

static gboolean on_readable(int fd, GIOCondition condition, gpointer data)
{
	struct client *c = data;
	(void)condition;
	ssize_t n = recv(fd, c->line + c->line_len, sizeof c->line - 1 - c->line_len, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return G_SOURCE_CONTINUE;
	if (n > 0)
		c->line_len += (size_t)n;
	c->line[c->line_len] = '\0';
	char *newline = strchr(c->line, '\n');
	if (n > 0 && !newline && c->line_len < sizeof c->line - 1)
		return G_SOURCE_CONTINUE;
	c->source = 0;
	if (!newline) {
		client_end(c);
		return G_SOURCE_REMOVE;
	}
	*newline = '\0';
	char *text = answer_to(c);
	if (text) {
		answer(c, text);
	} else { /* no time limit: a reload may wait long for names that cannot be resolved */
		g_source_remove(c->patience);
		c->patience = 0;
	}
	return G_SOURCE_REMOVE;
}

static gboolean on_impatient(gpointer data)
{
	struct client *c = data;
	c->patience = 0;
	client_end(c);
	return G_SOURCE_REMOVE;
}

static void on_client(void *context, int fd)
{
	struct control *control = context;
	if (g_list_length(control->clients) >= CLIENTS_MAX) {
		close(fd);
		return;
	}
	struct client *c = g_new0(struct client, 1);
	c->control = control;
	c->fd = fd;
	c->source = g_unix_fd_add(fd, G_IO_IN | G_IO_HUP, on_readable, c);
	c->patience = g_timeout_add_seconds(CLIENT_SECONDS, on_impatient, c);
	control->clients = g_list_prepend(control->clients, c);
}

static gboolean on_again(gpointer data);

/* The reason why the socket cannot be created. */
static const char *reason(int error)
{
	return error == EEXIST ? "something that is not a socket is there: remove it" : strerror(error);
}

/* Listen for clients.  If the socket cannot be created, try again later. */
static void serve(struct control *control)
{
	const char *path = control->director->options->instance->socket;
	control->listener = unix_listener_open(&(struct unix_listener_config){
		.path = path, .mode = 0660, .queue = CLIENTS_MAX, .connected = on_client, .context = control});
	if (control->listener) {
		if (control->missing)
			ldlog("control socket %s: it is there now", path);
	} else {
		if (!control->missing)
			ldlog("cannot create the control socket %s: %s; until then status --json, reload, drain, enable and disable do not reach this daemon",
				path, reason(errno));
		control->again = g_timeout_add_seconds(AGAIN_SECONDS, on_again, control);
	}
	control->missing = !control->listener;
}

static gboolean on_again(gpointer data)
{
	struct control *control = data;
	control->again = 0;
	serve(control);
	return G_SOURCE_REMOVE;
}

struct control *control_open(struct director *d)
{
	struct control *control = g_new0(struct control, 1);
	control->director = d;
	serve(control);
	return control;
}

void control_close(struct control *control)
{
	if (control == NULL)
		return;
	while (control->clients)
		client_end(control->clients->data);
	if (control->again)
		g_source_remove(control->again);
	unix_listener_close(control->listener);
	g_free(control);
}
