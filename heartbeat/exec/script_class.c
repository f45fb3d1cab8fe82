// SPDX-License-Identifier: MIT
#include "heartbeat/exec/exec_private.h"

/* In this class, a struct class_call is a struct agent. */

static int resolve(const struct exec *e, const struct resource_conf *r, char path[AGENT_PATH_MAX],
                   char error[AGENT_ERROR_MAX])
{
	return agent_find(e->config.script_directories, r->script, path, error);
}

static struct class_call *call(const struct class_request *request)
{
	return (struct class_call *)agent_call(&(struct agent_request){
		.path = request->path,
		.resource = request->resource,
		.action = request->action,
		.environment = request->exec->environment,
		.deadline = request->deadline.ns > 0
			? request->deadline
			: exec_deadline(request->exec, request->resource, request->action),
		.group = exec_take_slot(request->exec),
		.done = request->done,
		.context = request->context,
	});
}

static void cancel(struct class_call *c)
{
	agent_cancel((struct agent *)c);
}

static void forget(struct class_call *c)
{
	agent_forget((struct agent *)c);
}

const struct resource_class script_class = {
	.name = "script",
	.resolve = resolve,
	.call = call,
	.cancel = cancel,
	.forget = forget,
};
