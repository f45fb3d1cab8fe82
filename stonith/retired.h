// SPDX-License-Identifier: MIT
/* The device types of older Heartbeat versions that have no driver here, and what to use instead. */
#ifndef STONITH_RETIRED_H
#define STONITH_RETIRED_H

/* Returns "use ...", or NULL when name is not such a type. */
const char *retired_instead(const char *name);

#endif
