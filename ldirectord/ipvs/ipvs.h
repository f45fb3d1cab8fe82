// SPDX-License-Identifier: MIT
/* The back ends of the IPVS table: generic netlink (libnl-genl), an ipvsadm command (IPVSADM=path), and a dry run that
 * keeps its table in memory.  One interface, one vtable.  doc/ldirectord.md 7, 12 */
#ifndef LDIRECTORD_IPVS_IPVS_H
#define LDIRECTORD_IPVS_IPVS_H

#include "ldirectord/pool/table.h"

struct ipvs;

/* What became of one operation: 0 or -errno; why is "" or the message of the back end. */
struct ipvs_result {
	int error;
	char why[160];
};

/* Open a back end.  NULL: *why names what is missing and what is expected (borrowed). */
struct ipvs *ipvs_netlink(const char **why);
struct ipvs *ipvs_command(const char *path, const char **why); /* reads with "-S -n", writes one batch with "-R" */
/* says each operation in ipvsadm's words */
struct ipvs *ipvs_dry_run(void (*say)(void *context, const char *line), void *context);
void ipvs_free(struct ipvs *i);
const char *ipvs_name(const struct ipvs *i);

/* Read the kernel's whole table into *out (table_free releases it).  0 or -errno with *why. */
int ipvs_read(struct ipvs *i, struct table *out, const char **why);
/* Apply a batch in its order, all of one moment; results[count] is filled.  An operation that fails does not keep the
 * later ones from being tried.  Returns how many failed. */
size_t ipvs_apply(struct ipvs *i, const struct table_op *ops, size_t count, struct ipvs_result *results);

/* One operation in ipvsadm's words, "-a -t 10.9.0.1:80 -r 127.0.2.1:8001 -m -w 1 -x 0 -y 0"; for the log, -R and the
 * dry run. */
void ipvs_op_text(const struct table_op *op, char *out, size_t cap);

#endif
