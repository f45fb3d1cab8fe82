// SPDX-License-Identifier: MIT
#include "stonith/drivers/drivers.h"
#include "stonith/say.h"

static enum stonith_code act(struct device *d, enum stonith_action action, const struct host *h)
{
	(void)action;
	say(LOG_LEVEL_WARN, "%s does nothing: %s was not touched. Use it for tests only", d->name, h->name);
	return STONITH_OK;
}

static const struct parameter_row parameters[] = {
	{.name = "hostlist", .flags = PARAMETER_REQUIRED, .help = "the hosts, with blanks or commas between them"},
	{0},
};

const struct device_type null_type = {
	.name = "null",
	.summary = "does nothing and reports success: for tests only",
	.help = "Every action succeeds and nothing happens. With it a cluster may have two owners of everything.",
	.parameters = parameters,
	.act = act,
};
