// SPDX-License-Identifier: MIT
/* Types of Heartbeat's old list for which there is no driver here, and what to use instead. */
#ifndef STONITH_RETIRED_H
#define STONITH_RETIRED_H

/* "use ...", or NULL: not a type of the old list. */
const char *retired_instead(const char *name);

#endif
