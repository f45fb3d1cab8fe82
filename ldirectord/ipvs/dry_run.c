// SPDX-License-Identifier: MIT
#include "ldirectord/ipvs/private.h"

#include <stdlib.h>

struct dry_run {
	struct ipvs base;
	void (*say)(void *context, const char *line);
	void *context;
	struct table table;
};

static int dry_run_read(struct ipvs *i, struct table *out, const char **why)
{
	int error = memory_copy(&((struct dry_run *)i)->table, out);
	if (error != 0)
		*why = "no memory for the table";
	return error;
}

static size_t dry_run_apply(struct ipvs *i, const struct table_op *ops, size_t count, struct ipvs_result *results)
{
	struct dry_run *d = (struct dry_run *)i;
	size_t failed = 0;
	for (size_t k = 0; k < count; k++) {
		char line[256];
		ipvs_op_text(&ops[k], line, sizeof line);
		if (d->say)
			d->say(d->context, line);
		failed += ipvs_result_set(&results[k], ops[k].kind, memory_apply(&d->table, &ops[k]), NULL);
	}
	return failed;
}

static void dry_run_free(struct ipvs *i)
{
	struct dry_run *d = (struct dry_run *)i;
	table_free(&d->table);
	free(d);
}

static const struct ipvs_backend backend = {"dry run", dry_run_read, dry_run_apply, dry_run_free};

struct ipvs *ipvs_dry_run(void (*say)(void *context, const char *line), void *context)
{
	struct dry_run *d = calloc(1, sizeof *d);
	if (d == NULL)
		return NULL;
	*d = (struct dry_run){.base = {&backend}, .say = say, .context = context};
	return &d->base;
}
