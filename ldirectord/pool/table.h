// SPDX-License-Identifier: MIT
/* The IPVS table as data: the wanted table, the kernel's table, and the operations that change the kernel's table into
 * the wanted one.
 * PURE.  doc/ldirectord.md 7 */
#ifndef LDIRECTORD_POOL_TABLE_H
#define LDIRECTORD_POOL_TABLE_H

#include "ldirectord/conf/config.h"

struct table_real {
	struct lb_address address;
	enum lb_forward forward;
	uint32_t weight, upper, lower;
};

struct table_service {
	struct lb_service_id id;
	char scheduler[32], schedflags[64];
	uint32_t persistent;  /* seconds; 0: not persistent */
	char netmask[40];     /* used only with persistent; "": none */
	bool ops;
	struct table_real *reals; /* owned by the table */
	size_t real_count;
};

struct table {
	struct table_service *services;
	size_t service_count;
};

void table_free(struct table *t); /* frees the contents, not the struct */

enum table_op_kind {
	TABLE_SERVICE_ADD,
	TABLE_SERVICE_EDIT,
	TABLE_SERVICE_DELETE,
	TABLE_REAL_ADD,
	TABLE_REAL_EDIT,
	TABLE_REAL_DELETE
};

/* One change.  service: all fields except the reals; the three REAL kinds need only the id.  real: only for the three
 * REAL kinds.  A deletion also needs the forwarding method, because the port of the kernel's entry depends on it
 * (doc/ldirectord.md 3, "Port rule"). */
struct table_op {
	enum table_op_kind kind;
	struct table_service service; /* .reals NULL */
	struct table_real real;
};

#endif
