// SPDX-License-Identifier: MIT
/* Reads the kernel's table once each check interval, and lets the pool correct what another program has changed in it.
 * The kernel sends no notification: the generic netlink family IPVS has no multicast group (linux/ip_vs.h).
 * doc/ldirectord.md 7, 13.35 */
#ifndef LDIRECTORD_DAEMON_TABLE_WATCH_H
#define LDIRECTORD_DAEMON_TABLE_WATCH_H

#include <stdint.h>

struct director;
struct table_watch;

struct table_watch *table_watch_new(struct director *d);
void table_watch_free(struct table_watch *w);
/* The number of operations that corrected such a change. */
uint64_t table_watch_corrections(const struct table_watch *w);

#endif
