// SPDX-License-Identifier: MIT
/* The table of media, with a row for each kind.  It has its own file, so that a test can use another table. */
#include "heartbeat/media/medium.h"

const struct medium_ops *const medium_kinds[MEDIUM_KINDS] = {
	[MEDIUM_BCAST] = &bcast_ops,
	[MEDIUM_MCAST] = &mcast_ops,
	[MEDIUM_UCAST] = &ucast_ops,
	[MEDIUM_MCAST6] = &mcast6_ops,
	[MEDIUM_UCAST6] = &ucast6_ops,
	[MEDIUM_SERIAL] = &serial_ops,
	[MEDIUM_PING] = &ping_ops,
	[MEDIUM_PING6] = &ping6_ops,
	[MEDIUM_PING_GROUP] = &ping_group_ops,
};
