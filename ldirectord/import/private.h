// SPDX-License-Identifier: MIT
/* What the two readers and the writer of the import share.  Only this module includes it. */
#ifndef LDIRECTORD_IMPORT_PRIVATE_H
#define LDIRECTORD_IMPORT_PRIVATE_H

#include "ldirectord/conf/config.h"
#include "ldirectord/import/import.h"
#include "lib/arena.h"

enum { IMPORT_WORDS_MAX = 32, IMPORT_REALS_MAX = 4096, IMPORT_VIRTUALS_MAX = 4096 };

struct import {
	struct arena *memory;
	struct diags *diags;
	/* The fields of a section that the writer knows; times and counts: 0 when they were not given. */
	struct lb_virtual **virtuals;
	size_t virtual_count, real_total;
};

/* --- words.c --- */
/* The words of a line; quotes are removed. */
struct import_words {
	struct bytes at[IMPORT_WORDS_MAX];
	size_t count;
	unsigned line;
};
/* "10.9.0.1:80", "[fd00::1]:80" */
bool import_address_port(struct bytes text, struct lb_address *out);
/* Without a port: out->port stays. */
bool import_address(struct bytes text, struct lb_address *out);
bool import_number(struct bytes text, uint64_t most, uint64_t *out);
/* Can it be a value in quotes?  It has no quote, no control byte, and is not empty. */
bool import_is_text(struct bytes text);
/* A name of a scheduler, flags, a host name: letters, digits and a few marks. */
bool import_is_name(struct bytes text);
void import_lost(struct import *i, unsigned line, struct bytes what, const char *why, ...)
	__attribute__((format(printf, 4, 5)));
/* NULL: there is one with this id already, which is reported, or there are too many. */
struct lb_virtual *import_add_virtual(struct import *i, const struct lb_service_id *id, unsigned line);
struct lb_virtual *import_find_virtual(const struct import *i, const struct lb_service_id *id);
/* NULL: there are too many, which is reported. */
struct lb_real *import_add_real(struct import *i, struct lb_virtual *v, const struct lb_address *a, unsigned line);

/* --- ipvsadm.c, keepalived.c --- */
void import_ipvsadm(struct import *i, struct bytes text);
void import_keepalived(struct import *i, struct bytes text);

/* --- write.c --- */
/* The lines of the check alone. */
void import_put_check(GString *out, const struct lb_virtual *v);
/* The whole file.  What the parser of ldirectord.cf refuses becomes a comment, and is reported. */
void import_put(struct import *i, GString *out);

#endif
