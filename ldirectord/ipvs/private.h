// SPDX-License-Identifier: MIT
/* The declarations that the back ends share: the table of functions, the conversion of operations to and from ipvsadm's
 * text, a table in memory, the netlink form of an operation, and a function that runs a program.  Only this module and
 * its tests include this header. */
#ifndef LDIRECTORD_IPVS_PRIVATE_H
#define LDIRECTORD_IPVS_PRIVATE_H

#include <netlink/msg.h>

#include "lib/bytes.h"
#include "lib/mono.h"
#include "ldirectord/ipvs/ipvs.h"

/* The functions of a back end.  The first member of a back end's struct is a struct ipvs. */
struct ipvs_backend {
	const char *name;
	int (*read)(struct ipvs *i, struct table *out, const char **why);
	size_t (*apply)(struct ipvs *i, const struct table_op *ops, size_t count, struct ipvs_result *results);
	void (*free)(struct ipvs *i);
};
struct ipvs {
	const struct ipvs_backend *backend;
};

/* Fill in a result; why NULL: use the text of the error.  Returns 1 for a failure, otherwise 0. */
size_t ipvs_result_set(struct ipvs_result *r, enum table_op_kind kind, int error, const char *why);

// --- ipvsadm_text.c, error_texts.c: ipvsadm's text ---

bool ipvs_op_is_real(enum table_op_kind kind);
/* Returns the address under which the table stores a real.  gate and ipip cannot change the port of a packet, so
 * ipvsadm stores such a real with the port of the virtual (doc/ldirectord.md 3, "Port rule").  netlink stores the port
 * that it gets. */
struct lb_address ipvs_stored(const struct table_op *op);
/* Read the text that lb_address_text writes, "[fd00::1]:0".  A port is required, because ipvsadm would choose one if
 * there is none. */
bool ipvs_address_parse(const char *text, struct lb_address *out);
/* Read a line of "-S -n" or of -R.  Returns 0; -ENOTSUP for a protocol that we do not use (SCTP); -EINVAL for an
 * invalid line. */
int ipvs_op_parse(const char *line, struct table_op *out);
/* Convert the flag names of -b to the kernel's bits, and back.  As in ipvsadm, a name that belongs to another scheduler
 * is unknown.  ipvs_flags_parse returns false for an unknown name. */
bool ipvs_flags_parse(const char *scheduler, const char *names, uint32_t *bits);
void ipvs_flags_text(const char *scheduler, uint32_t bits, char *out, size_t cap);
/* ipvs_error_text: the message of ipvsadm for an error of the kernel in such an operation.  ipvs_text_error: the error
 * of a message; -EIO for an unknown message. */
const char *ipvs_error_text(enum table_op_kind kind, int error);
int ipvs_text_error(enum table_op_kind kind, const char *message);

// --- memory.c: a table in memory ---

struct table_service *memory_find(const struct table *t, const struct lb_service_id *id);
/* For reading a table: append without searching for an existing entry.  Return 0 or -ENOMEM. */
int memory_append_service(struct table *t, const struct table_service *service);
int memory_append_real(struct table_service *service, const struct table_real *real);

// --- wire.c: an operation as netlink attributes ---

int wire_command(enum table_op_kind kind);
/* Append an operation to a message that already has its generic header.  Returns 0, or -errno with *why. */
int wire_put(struct nl_msg *message, const struct table_op *op, const char **why);
int wire_put_id(struct nl_msg *message, const struct lb_service_id *id);
/* Read a whole message.  Both return 0; -ENOTSUP for a protocol that we do not use; -EINVAL when an attribute is
 * missing. */
int wire_service(struct nlmsghdr *header, struct table_service *out);
int wire_real(struct nlmsghdr *header, enum lb_family family, struct table_real *out);

// --- run.c: run a program to its end ---

struct run_result {
	int status;     /* exit status; 128 + signal; -1 with error */
	int error;      /* 0; -errno when it could not be started; -ETIMEDOUT when it was killed */
	char *out, *err; /* its whole output, NUL-terminated; run_free frees both */
};

/* Run argv[0] (a path) with this standard input and the environment of this process.  Blocks until the program ends,
 * but not longer than the deadline. */
void run_program(char *const argv[], struct bytes input, struct span deadline, struct run_result *out);
void run_free(struct run_result *r);

#endif
