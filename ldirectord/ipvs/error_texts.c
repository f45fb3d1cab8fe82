// SPDX-License-Identifier: MIT
#include "ldirectord/ipvs/private.h"

#include <errno.h>
#include <string.h>

enum {
	SERVICE_ADD = 1 << TABLE_SERVICE_ADD,
	SERVICE_SET = SERVICE_ADD | 1 << TABLE_SERVICE_EDIT,
	SERVICE_OLD = 1 << TABLE_SERVICE_EDIT | 1 << TABLE_SERVICE_DELETE,
	REAL_ADD = 1 << TABLE_REAL_ADD,
	REAL_SET = REAL_ADD | 1 << TABLE_REAL_EDIT,
	REAL_OLD = 1 << TABLE_REAL_EDIT | 1 << TABLE_REAL_DELETE,
	REALS = REAL_ADD | REAL_OLD,
	ALL = SERVICE_SET | SERVICE_OLD | REALS,
};

/* The kernel's errors and the messages of ipvsadm 1.31 for them.  ESRCH: the service does not exist.  ENOENT: the
 * service exists, but another object that the operation needs does not. */
static const struct {
	unsigned kinds;
	int error;
	const char *message;
} table[] = {
	{SERVICE_ADD, EEXIST, "Service already exists"},
	{SERVICE_OLD, ESRCH, "No such service"},
	{SERVICE_SET, ENOENT, "Scheduler or persistence engine not found"},
	{REALS, ESRCH, "Service not defined"},
	{REAL_ADD, EEXIST, "Destination already exists"},
	{REAL_OLD, ENOENT, "No such destination"},
	{REAL_SET, ERANGE, "The lower threshold is above the upper one"},
	{REAL_SET, ERANGE, "Numerical result out of range"},
	{ALL, EPERM, "Permission denied (you must be root)"},
};

const char *ipvs_error_text(enum table_op_kind kind, int error)
{
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if ((table[i].kinds & 1U << kind) != 0 && table[i].error == -error)
			return table[i].message;
	return strerror(-error);
}

int ipvs_text_error(enum table_op_kind kind, const char *message)
{
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if ((table[i].kinds & 1U << kind) != 0 && strcmp(table[i].message, message) == 0)
			return -table[i].error;
	return -EIO;
}
