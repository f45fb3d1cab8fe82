// SPDX-License-Identifier: MIT
#include "heartbeat/exec/resource_class.h"

#include <errno.h>
#include <glib.h>

/* The classes are tried in this order.  script_class comes last, because its error lists the directories in which the
 * script was looked up. */
static const struct resource_class *const classes[] = {&address_class, &script_class};

const struct resource_class *resource_resolve(const struct exec *e, const struct resource_conf *r, int *code,
                                              char path[AGENT_PATH_MAX], char error[AGENT_ERROR_MAX])
{
	const struct resource_class *class = NULL;
	*code = -ENOENT;
	for (size_t i = 0; i < G_N_ELEMENTS(classes) && *code == -ENOENT; i++) {
		class = classes[i];
		*code = class->resolve(e, r, path, error);
	}
	return class;
}
