// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "heartbeat/exec/exec_private.h"
#include "lib/log.h"

/* An announcement is repeated: a single frame may be lost, and switches learn slowly. */
struct announcement {
	struct exec *exec;
	struct ipaddr ip;
	unsigned sent, tried;
	guint timer;
};

static bool is_same_file(const char *a, const char *b)
{
	struct stat first, second;
	return b != NULL && stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
	       first.st_ino == second.st_ino;
}

/* An administrator's own IPaddr file is run as a script.  Our file is not run, so its mode does not matter: an address
 * that was taken is released, also when the file has changed. */
static int resolve(const struct exec *e, const struct resource_conf *r, char path[AGENT_PATH_MAX],
                   char error[AGENT_ERROR_MAX])
{
	error[0] = '\0';
	if (!ipaddr_is_script(r->script))
		return -ENOENT;
	const char *own = e->config.native_ipaddr;
	bool is_ipaddr = haresources_address_family(r->script) == AF_INET;
	if (agent_find(e->config.script_directories, r->script, path, error) == -ENOENT)
		(void)snprintf(path, AGENT_PATH_MAX, "%s", own != NULL && is_ipaddr ? own : r->script);
	else if (!is_same_file(path, own))
		return -ENOENT;
	return 0;
}

/* --- announcements ---------------------------------------------------------------------------- */

static void announcement_free(void *memory)
{
	struct announcement *a = memory;
	if (a->timer != 0)
		(void)g_source_remove(a->timer);
	g_free(a);
}

GPtrArray *address_class_announcements_new(void)
{
	return g_ptr_array_new_with_free_func(announcement_free);
}

static gboolean on_announce(void *context)
{
	struct announcement *a = context;
	/* does nothing unless it failed at start; the announcement reports the error */
	(void)address_announce_prepare();
	int result = ipaddr_announce(a->exec->addresses, &a->ip);
	a->sent += result == 0;
	a->tried++;
	if (result != -ENOENT && a->sent < IPADDR_ANNOUNCE_COUNT && a->tried < IPADDR_ANNOUNCE_TRIES)
		return G_SOURCE_CONTINUE;
	a->timer = 0;
	(void)g_ptr_array_remove_fast(a->exec->announcements, a);
	return G_SOURCE_REMOVE;
}

static void announce_cancel(struct exec *e, const struct ip_address *ip)
{
	for (guint i = e->announcements->len; i > 0; i--) {
		struct announcement *a = g_ptr_array_index(e->announcements, i - 1);
		if (ip_address_equal(&a->ip.address.ip, ip))
			(void)g_ptr_array_remove_index_fast(e->announcements, i - 1);
	}
}

static void announce_repeat(struct exec *e, const struct ipaddr *ip)
{
	announce_cancel(e, &ip->address.ip);
	struct announcement *a = g_new0(struct announcement, 1);
	*a = (struct announcement){.exec = e, .ip = *ip};
	a->timer = g_timeout_add(IPADDR_ANNOUNCE_INTERVAL_MS, on_announce, a);
	g_ptr_array_add(e->announcements, a);
}

static void announce(struct exec *e, const struct ipaddr *ip)
{
	if (ipaddr_announce(e->addresses, ip) != -ENOENT)
		announce_repeat(e, ip);
}

void address_class_announce(struct exec *e, const struct resource_conf *resource)
{
	struct ipaddr ip;
	char why[IPADDR_ERROR_MAX];
	if (ipaddr_of_resource(resource, &ip, why))
		announce(e, &ip);
}

static bool is_address(const struct resource_conf *resource)
{
	struct ipaddr ip;
	char why[IPADDR_ERROR_MAX];
	return ipaddr_of_resource(resource, &ip, why);
}

void address_class_prepare(struct exec *e)
{
	int error = 0;
	for (size_t i = 0; i < e->resource_count && error == 0; i++)
		error = is_address(e->resources[i].conf) ? address_announce_prepare() : 0;
	if (error != 0)
		log_at(LOG_LEVEL_WARN,
		       "the announcement of addresses cannot be prepared: %s; tried again after an address is in place",
		       strerror(-error));
}

/* --- actions ---------------------------------------------------------------------------------- */

static enum agent_verdict status(struct exec *e, struct ipaddr *ip, char *why)
{
	int result = ipaddr_status(e->addresses, ip);
	if (result < 0)
		(void)snprintf(
			why, IPADDR_ERROR_MAX, "cannot read the addresses of this machine: %s", strerror(-result));
	return result < 0 ? AGENT_UNKNOWN : result > 0 ? AGENT_RUNNING : AGENT_STOPPED;
}

static enum agent_verdict start(struct exec *e, struct ipaddr *ip, char *why)
{
	int result = ipaddr_start(e->addresses, ip, why);
	if (result < 0)
		return AGENT_FAILED;
	/* The address was here already.  Another owner may have announced it later than we did, so announce it now. */
	if (result == 1)
		announce(e, ip);
	else
		announce_repeat(e, ip);
	return AGENT_OK;
}

static enum agent_verdict stop(struct exec *e, struct ipaddr *ip, char *why)
{
	announce_cancel(e, &ip->address.ip);
	return ipaddr_stop(e->addresses, ip, why) < 0 ? AGENT_FAILED : AGENT_OK;
}

static enum agent_verdict carry_out(const struct class_request *request, char why[IPADDR_ERROR_MAX])
{
	static enum agent_verdict (*const actions[AGENT_ACTIONS])(struct exec *, struct ipaddr *, char *) = {
		[AGENT_STATUS] = status, [AGENT_START] = start, [AGENT_STOP] = stop};
	const struct resource_conf *resource = request->resource;
	enum agent_action action = request->action;
	struct ipaddr ip;
	if (!ipaddr_of_resource(resource, &ip, why)) {
		/* An argument that is no address cannot be on an interface: its stop is a success. */
		log_at(action == AGENT_START ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN, "%s: %s", resource->text, why);
		return action == AGENT_STATUS ? AGENT_STOPPED : action == AGENT_STOP ? AGENT_OK : AGENT_FAILED;
	}
	enum agent_verdict verdict = actions[action](request->exec, &ip, why);
	agent_log_running(action, request->path, resource); /* after the action, which is more urgent */
	if (verdict == AGENT_FAILED || verdict == AGENT_UNKNOWN)
		log_at(LOG_LEVEL_ERROR, "%s %s: %s", resource->text, agent_action_name(action), why);
	return verdict;
}

/* The kernel answers at once, so a call is never under way: there is nothing to cancel or to forget. */
static struct class_call *call(const struct class_request *request)
{
	char why[IPADDR_ERROR_MAX] = "";
	enum agent_verdict verdict = carry_out(request, why);
	request->done(request->context, verdict, verdict == AGENT_FAILED || verdict == AGENT_UNKNOWN ? why : "");
	return NULL;
}

static void no_call(struct class_call *c)
{
	(void)c;
}

const struct resource_class address_class = {
	.name = "address",
	.start_checks_status = true, /* saves a question to the kernel before the address is in place */
	.resolve = resolve,
	.call = call,
	.cancel = no_call,
	.forget = no_call,
};
