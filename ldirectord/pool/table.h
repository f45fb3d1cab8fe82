// SPDX-License-Identifier: MIT
/* The IPVS table as data: what is wanted, what the kernel has, and the operations that make the one the other.  PURE.
 * doc/ldirectord.md 7 */
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
	uint32_t persistent;  /* seconds; 0: not */
	char netmask[40];     /* "" none; only with persistent */
	bool ops;
	struct table_real *reals; /* owned by the table */
	size_t real_count;
};

struct table {
	struct table_service *services;
	size_t service_count;
};

void table_free(struct table *t); /* what it holds, not itself */

enum table_op_kind {
	TABLE_SERVICE_ADD,
	TABLE_SERVICE_EDIT,
	TABLE_SERVICE_DELETE,
	TABLE_REAL_ADD,
	TABLE_REAL_EDIT,
	TABLE_REAL_DELETE
};

/* One change.  service: all but its reals, for a REAL kind its id; real: of the three REAL kinds, to delete one too its
 * method, on which the port depends under which it is kept (doc/ldirectord.md 3, "Port rule"). */
struct table_op {
	enum table_op_kind kind;
	struct table_service service; /* .reals NULL */
	struct table_real real;
};

#endif
