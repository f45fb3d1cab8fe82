// SPDX-License-Identifier: MIT
/* What the back ends share among themselves: the vtable, operations to and from ipvsadm's text, a table in memory, the
 * netlink form of an operation, and a way to run a program to its end.  Only this module and its tests include it. */
#ifndef LDIRECTORD_IPVS_PRIVATE_H
#define LDIRECTORD_IPVS_PRIVATE_H

#include <netlink/msg.h>

#include "lib/bytes.h"
#include "lib/mono.h"
#include "ldirectord/ipvs/ipvs.h"

/* The first member of a back end is a struct ipvs. */
struct ipvs_backend {
	const char *name;
	int (*read)(struct ipvs *i, struct table *out, const char **why);
	size_t (*apply)(struct ipvs *i, const struct table_op *ops, size_t count, struct ipvs_result *results);
	void (*free)(struct ipvs *i);
};
struct ipvs {
	const struct ipvs_backend *backend;
};

/* Fill in a result; why NULL: use the text of the error.  Returns 1 for a failure, 0 for none. */
size_t ipvs_result_set(struct ipvs_result *r, enum table_op_kind kind, int error, const char *why);

// --- ipvsadm_text.c, error_texts.c: ipvsadm's text ---

bool ipvs_op_is_real(enum table_op_kind kind);
/* The address under which the table keeps a real.  gate and ipip cannot rewrite a port, so ipvsadm stores such a real
 * under the port of the virtual (doc/ldirectord.md 3, "Port rule").  netlink would store what it gets. */
struct lb_address ipvs_stored(const struct table_op *op);
/* Reads what lb_address_text writes, "[fd00::1]:0".  A port is required, because ipvsadm makes one up if there is
 * none. */
bool ipvs_address_parse(const char *text, struct lb_address *out);
/* Reads a line of "-S -n" or of -R.  Returns 0; -ENOTSUP: not ours (SCTP); -EINVAL: not understood. */
int ipvs_op_parse(const char *line, struct table_op *out);
/* From the flag names of -b to the kernel's bits, and back.  As in ipvsadm, a name that belongs to another scheduler is
 * unknown.  Returns false for an unknown name. */
bool ipvs_flags_parse(const char *scheduler, const char *names, uint32_t *bits);
void ipvs_flags_text(const char *scheduler, uint32_t bits, char *out, size_t cap);
/* The message of ipvsadm for an error of the kernel in such an operation; and back: -EIO for an unknown message. */
const char *ipvs_error_text(enum table_op_kind kind, int error);
int ipvs_text_error(enum table_op_kind kind, const char *message);

// --- memory.c: a table in memory ---

struct table_service *memory_find(const struct table *t, const struct lb_service_id *id);
/* For reading a table: append without looking for an existing entry.  Returns 0 or -ENOMEM. */
int memory_append_service(struct table *t, const struct table_service *service);
int memory_append_real(struct table_service *service, const struct table_real *real);

// --- wire.c: an operation as netlink attributes ---

int wire_command(enum table_op_kind kind);
/* Append an operation to a message that has its generic header already.  Returns 0, or -errno with *why. */
int wire_put(struct nl_msg *message, const struct table_op *op, const char **why);
int wire_put_id(struct nl_msg *message, const struct lb_service_id *id);
/* Read a whole message.  Returns 0; -ENOTSUP: not ours; -EINVAL: something is missing. */
int wire_service(struct nlmsghdr *header, struct table_service *out);
int wire_real(struct nlmsghdr *header, enum lb_family family, struct table_real *out);

// --- run.c: run a program to its end ---

struct run_result {
	int status;     /* exit status; 128 + signal; -1 with error */
	int error;      /* 0; -errno: it could not be started; -ETIMEDOUT: it was killed */
	char *out, *err; /* its whole output, NUL-terminated; run_free releases both */
};

/* Run argv[0] (a path) with this standard input and our environment.  Blocks until the program ends, at most until the
 * deadline. */
void run_program(char *const argv[], struct bytes input, struct span deadline, struct run_result *out);
void run_free(struct run_result *r);

#endif
