// SPDX-License-Identifier: MIT
/* The table of media, a row for each kind.  It is alone in its file, so that a test can use its own table. */
#include "heartbeat/media/medium.h"

/* NULL: not built in; its row in heartbeat/conf/ha_cf_directives.c reports the same. */
const struct medium_ops *const medium_kinds[MEDIUM_KINDS] = {
	[MEDIUM_BCAST] = &bcast_ops,
	[MEDIUM_MCAST] = &mcast_ops,
	[MEDIUM_UCAST] = &ucast_ops,
	[MEDIUM_MCAST6] = NULL,
	[MEDIUM_UCAST6] = NULL,
	[MEDIUM_SERIAL] = NULL,
	[MEDIUM_PING] = &ping_ops,
	[MEDIUM_PING6] = NULL,
	[MEDIUM_PING_GROUP] = &ping_group_ops,
};
