// SPDX-License-Identifier: MIT
/* The back ends that read and write the IPVS table: generic netlink (libnl-genl), and an ipvsadm command
 * (IPVSADM=path).  Both have the same interface.  doc/ldirectord.md 7, 12 */
#ifndef LDIRECTORD_IPVS_IPVS_H
#define LDIRECTORD_IPVS_IPVS_H

#include "ldirectord/pool/table.h"

struct ipvs;

/* The result of one operation: 0 or -errno.  why is "" or the message of the back end. */
struct ipvs_result {
	int error;
	char why[160];
};

/* Open a back end.  On failure returns NULL; *why, a text that the caller must not free, names what is missing and what
 * is expected. */
struct ipvs *ipvs_netlink(const char **why);
struct ipvs *ipvs_command(const char *path, const char **why); /* reads with "-S -n", writes one batch with "-R" */
void ipvs_free(struct ipvs *i);
const char *ipvs_name(const struct ipvs *i);

/* Read the kernel's whole table into *out (free it with table_free).  Returns 0, or -errno with *why. */
int ipvs_read(struct ipvs *i, struct table *out, const char **why);
/* Apply a batch in its order, and fill results[count].  After a failed operation the later operations are still tried.
 * Returns the number of failures. */
size_t ipvs_apply(struct ipvs *i, const struct table_op *ops, size_t count, struct ipvs_result *results);

/* Writes one operation as ipvsadm options, "-a -t 10.9.0.1:80 -r 127.0.2.1:8001 -m -w 1 -x 0 -y 0", for the log and for
 * -R. */
void ipvs_op_text(const struct table_op *op, char *out, size_t cap);

#endif
