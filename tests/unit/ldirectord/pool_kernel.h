// SPDX-License-Identifier: MIT
/* A kernel table in memory, with the port rule of the real one.  It never touches a kernel. */
#ifndef TESTS_UNIT_LDIRECTORD_POOL_KERNEL_H
#define TESTS_UNIT_LDIRECTORD_POOL_KERNEL_H

#include "ldirectord/pool/pool.h"

/* --- values from text */
unsigned lab_number(const char *text);
struct lb_address lab_address(const char *text); /* "10.9.0.1:80" */
struct lb_service_id lab_id(const char *text);   /* "10.9.0.1:80" tcp, "udp 10.9.0.1:80", "5" */

/* --- table */
/* Returns 0 or the -errno of the kernel. */
int kernel_apply(struct table *t, const struct table_op *op);
/* Carry out one line of ipvsadm options.  Returns false if it failed. */
bool kernel_line(struct table *t, const char *line);
void kernel_text(const struct table *t, char *out, size_t cap); /* sorted, one line for each entry */
bool kernel_same(const struct table *a, const struct table *b);
void kernel_copy(const struct table *from, struct table *to);
struct table_service *kernel_service(const struct table *t, const struct lb_service_id *id);
struct table_real *kernel_real(const struct table_service *s, const struct lb_address *a);

#endif
