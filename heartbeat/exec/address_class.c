// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "heartbeat/exec/exec_private.h"
#include "lib/log.h"

static bool is_same_file(const char *a, const char *b)
{
	struct stat first, second;
	return b != NULL && stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
	       first.st_ino == second.st_ino;
}

/* If the administrator has replaced the file IPaddr, the new file is run as a script.  Our own file is not run, so its
 * mode does not matter: an address that was taken is released also after the mode has changed. */
bool address_class_serves(const char *const *directories, const char *own, const char *script,
	char path[AGENT_PATH_MAX], char error[AGENT_ERROR_MAX])
{
	error[0] = '\0';
	if (!ipaddr_is_script(script))
		return false;
	bool is_ipaddr = haresources_address_family(script) == AF_INET;
	if (agent_find(directories, script, path, error) == -ENOENT)
		(void)snprintf(path, AGENT_PATH_MAX, "%s", own != NULL && is_ipaddr ? own : script);
	else if (!is_same_file(path, own))
		return false;
	return true;
}

static int resolve(const struct exec *e, const struct resource_conf *r, char path[AGENT_PATH_MAX],
                   char error[AGENT_ERROR_MAX])
{
	bool serves = address_class_serves(
		e->config.script_directories, e->config.native_ipaddr, r->script, path, error);
	return serves ? 0 : -ENOENT;
}

/* --- announcements ---------------------------------------------------------------------------- */

void address_class_announce(struct exec *e, const struct resource_conf *resource)
{
	struct ipaddr ip;
	char why[IPADDR_ERROR_MAX];
	if (ipaddr_of_resource(resource, &ip, why))
		announcements_begin(e, &ip);
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

static enum agent_verdict status(struct exec *e, const struct resource_conf *r, struct ipaddr *ip, char *why)
{
	int result = ipaddr_status(e->addresses, ip);
	(void)r;
	if (result < 0)
		(void)snprintf(
			why, IPADDR_ERROR_MAX, "cannot read the addresses of this machine: %s", strerror(-result));
	return result < 0 ? AGENT_UNKNOWN : result > 0 ? AGENT_RUNNING : AGENT_STOPPED;
}

static const struct resource *resource_of(const struct exec *e, const struct resource_conf *conf)
{
	size_t i = 0;
	while (i < e->resource_count && e->resources[i].conf != conf)
		i++;
	return i < e->resource_count ? &e->resources[i] : NULL;
}

/* The address was here before, added by an operator or by the system.  We do not remove what we have not added. */
static void use_as_it_is(struct exec *e, const struct resource_conf *conf, const struct ipaddr *ip)
{
	const struct resource *r = resource_of(e, conf);
	if (r == NULL || r->active || foreign_has(e->foreign, &ip->address.ip))
		return;
	foreign_add(e->foreign, &ip->address.ip);
	log_at(LOG_LEVEL_WARN,
		"address %s was on this machine before %s started, and is used as it is. A stop will not remove it, and the "
		"other node will not get the group while it is there: remove it from the network configuration of this system",
		ip_address_text(&ip->address.ip).at, conf->text);
}

static enum agent_verdict start(struct exec *e, const struct resource_conf *r, struct ipaddr *ip, char *why)
{
	int result = ipaddr_start(e->addresses, ip, why);
	if (result < 0) {
		e->address_failed(e->keeper, r, result, why);
		return AGENT_FAILED;
	}
	if (result == 1)
		use_as_it_is(e, r, ip);
	else
		foreign_drop(e->foreign, &ip->address.ip);
	/* If the address was already here, announce it now, because another owner may have announced it later than we
	 * did. */
	if (result == 1)
		announcements_begin(e, ip);
	else
		announcements_repeat(e, ip);
	return AGENT_OK;
}

/* The other node must not start the address while it is here, so the stop fails.  The core later tries to stop the
 * group again. */
static enum agent_verdict refuse(struct exec *e, const struct resource_conf *r, const struct ipaddr *ip, char *why)
{
	struct address found = {.interface = "an interface"};
	struct ip_address_text name = ip_address_text(&ip->address.ip);
	(void)address_find(e->addresses, &ip->address.ip, &found); /* found is only needed for the text */
	(void)snprintf(why, IPADDR_ERROR_MAX, "%s stays on %s: it was there before the group started", name.at,
		found.interface);
	log_at(LOG_LEVEL_CRIT,
		"address %s is not removed from %s: it was there before %s started. The other node does not get the group as long "
		"as it is there: run \"ip addr del %s/%u dev %s\", and remove it from the network configuration of this system",
		name.at, found.interface, r->text, name.at, found.prefix, found.interface);
	return AGENT_REFUSED;
}

static enum agent_verdict stop(struct exec *e, const struct resource_conf *r, struct ipaddr *ip, char *why)
{
	announcements_cancel(e, &ip->address.ip);
	if (foreign_has(e->foreign, &ip->address.ip) && ipaddr_status(e->addresses, ip) == 1)
		return refuse(e, r, ip, why);
	if (ipaddr_stop(e->addresses, ip, why) < 0)
		return AGENT_FAILED;
	foreign_drop(e->foreign, &ip->address.ip);
	return AGENT_OK;
}

static enum agent_verdict carry_out(const struct class_request *request, char why[IPADDR_ERROR_MAX])
{
	static enum agent_verdict (*const actions[AGENT_ACTIONS])(
		struct exec *, const struct resource_conf *, struct ipaddr *, char *) = {
		[AGENT_STATUS] = status, [AGENT_START] = start, [AGENT_STOP] = stop, [AGENT_MONITOR] = status};
	const struct resource_conf *resource = request->resource;
	enum agent_action action = request->action;
	struct ipaddr ip;
	if (!ipaddr_of_resource(resource, &ip, why)) {
		/* If the argument is not an address, it cannot be on an interface, so its stop is a success. */
		log_at(action == AGENT_START ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN, "%s: %s", resource->text, why);
		return action == AGENT_STATUS ? AGENT_STOPPED : action == AGENT_STOP ? AGENT_OK : AGENT_FAILED;
	}
	enum agent_verdict verdict = actions[action](request->exec, resource, &ip, why);
	/* log after the action, because the action is more urgent */
	agent_log_running(action, request->path, resource);
	if (verdict == AGENT_FAILED || verdict == AGENT_UNKNOWN) /* a refusal is already logged */
		log_at(LOG_LEVEL_ERROR, "%s %s: %s", resource->text, agent_action_name(action), why);
	return verdict;
}

/* The kernel answers at once, so no call is ever in progress, and there is nothing to cancel or to forget. */
static struct class_call *call(const struct class_request *request)
{
	char why[IPADDR_ERROR_MAX] = "";
	enum agent_verdict verdict = carry_out(request, why);
	bool failed = verdict == AGENT_FAILED || verdict == AGENT_UNKNOWN || verdict == AGENT_REFUSED;
	request->done(request->context, verdict, failed ? why : "");
	return NULL;
}

static void no_call(struct class_call *c)
{
	(void)c;
}

const struct resource_class address_class = {
	.name = "address",
	.start_checks_status = true, /* this saves a request to the kernel before the address is in place */
	.resolve = resolve,
	.call = call,
	.cancel = no_call,
	.forget = no_call,
};
