// SPDX-License-Identifier: MIT
/* Tests a back end with the IPVS table of the kernel: errors, every kind of entry, 500 reals in one batch, 100 weights
 * in another batch.
 *
 * usage: ipvs_kernel netlink [IPVSADM] | command IPVSADM
 *   With IPVSADM, the table of netlink is also compared with what that program reads.
 * Prints "ok - ..." and "not ok - ...", and times as "# ...". */
#include <errno.h>

#include "tests/ldirectord/tables.h"

enum { REALS = 500, CHANGED = 100 };

static unsigned bad;

static void verdict(bool good, const char *backend, const char *sentence)
{
	printf("%s - %s: %s\n", good ? "ok" : "not ok", backend, sentence);
	bad += !good;
}

static double ms_since(struct mono begin)
{
	return (double)mono_since(mono_now(), begin).ns / 1e6;
}

static struct table read_table(struct ipvs *i)
{
	struct table t;
	const char *why;
	if (ipvs_read(i, &t, &why) == 0)
		return t;
	printf("not ok - %s: the table can be read: %s\n", ipvs_name(i), why);
	exit(1);
}

/* Delete everything in the table. */
static bool clear(struct ipvs *i)
{
	struct table t = read_table(i);
	bool good = true;
	for (size_t k = 0; k < t.service_count; k++) {
		struct table_op op = {.kind = TABLE_SERVICE_DELETE, .service = t.services[k]};
		struct ipvs_result r;
		op.service.reals = NULL;
		good &= ipvs_apply(i, &op, 1, &r) == 0;
	}
	table_free(&t);
	t = read_table(i);
	good &= t.service_count == 0;
	table_free(&t);
	return good;
}

static bool apply(struct ipvs *i, const struct table_op *ops, size_t count)
{
	struct ipvs_result *results = calloc(count, sizeof *results);
	size_t failed = results ? ipvs_apply(i, ops, count, results) : count;
	for (size_t k = 0; k < count && results; k++)
		if (results[k].error != 0) {
			char line[256];
			ipvs_op_text(&ops[k], line, sizeof line);
			printf("# %s: %s\n", line, results[k].why);
		}
	free(results);
	return failed == 0;
}

static bool equal_to(struct ipvs *i, const struct table *wanted)
{
	struct table got = read_table(i);
	bool same = table_equal(wanted, &got);
	table_free(&got);
	return same;
}

static void walk_everything(struct ipvs *i, struct ipvs *reference)
{
	struct table_op ops[EVERYTHING];
	struct table wanted = {NULL, 0};
	bool good = true;
	for (size_t k = 0; k < EVERYTHING; k++) {
		ops[k] = op_of(everything[k]);
		good &= model_apply(&wanted, &ops[k]) == 0;
	}
	verdict(good && apply(i, ops, EVERYTHING), ipvs_name(i),
		"both families, marks, persistence, flags, one packet and thresholds are taken");
	verdict(equal_to(i, &wanted), ipvs_name(i), "the table is read back equal");
	if (reference)
		verdict(equal_to(reference, &wanted), ipvs_name(i), "ipvsadm reads the same table");
	for (size_t k = 0; k < EVERYTHING; k++)
		ops[k].kind = ipvs_op_is_real(ops[k].kind) ? TABLE_REAL_EDIT : TABLE_SERVICE_EDIT;
	verdict(apply(i, ops, EVERYTHING) && equal_to(i, &wanted), ipvs_name(i),
		"editing everything to its present value changes nothing");
	table_free(&wanted);
	verdict(clear(i), ipvs_name(i), "everything is deleted");
}

static void walk_errors(struct ipvs *i)
{
	static const struct {
		const char *line;
		int error;
	} cases[] = {
		{"-E -t 10.9.0.1:80 -s rr", -ESRCH},
		{"-D -t 10.9.0.1:80", -ESRCH},
		{"-a -t 10.9.0.1:80 -r 127.0.0.1:80 -m", -ESRCH},
		{"-A -t 10.9.0.1:80 -s nosuch", -ENOENT},
		{"-A -t 10.9.0.1:80 -s wrr", 0},
		{"-A -t 10.9.0.1:80 -s wrr", -EEXIST},
		{"-e -t 10.9.0.1:80 -r 127.0.0.1:80 -m", -ENOENT},
		{"-d -t 10.9.0.1:80 -r 127.0.0.1:80", -ENOENT},
		{"-a -t 10.9.0.1:80 -r 127.0.0.1:80 -m -w 1 -x 5 -y 6", -ERANGE},
		{"-a -t 10.9.0.1:80 -r 127.0.0.1:80 -m", 0},
		{"-a -t 10.9.0.1:80 -r 127.0.0.1:80 -m", -EEXIST},
		{"-a -t 10.9.0.1:80 -r 127.0.0.1:8080 -g", -EEXIST},
		{"-d -t 10.9.0.1:80 -r 127.0.0.1:80", 0},
		{"-D -t 10.9.0.1:80", 0},
		{"-d -t 10.9.0.1:80 -r 127.0.0.1:80", -ESRCH},
	};
	enum { CASES = sizeof cases / sizeof cases[0] };
	struct table_op ops[CASES];
	struct ipvs_result results[CASES];
	bool good = true;
	for (size_t k = 0; k < CASES; k++)
		ops[k] = op_of(cases[k].line);
	(void)ipvs_apply(i, ops, CASES, results); // each result is checked below
	for (size_t k = 0; k < CASES; k++)
		if (results[k].error != cases[k].error || (results[k].error != 0) != (results[k].why[0] != '\0')) {
			printf("# %s: %d (%s), not %d\n", cases[k].line, results[k].error, results[k].why,
				cases[k].error);
			good = false;
		}
	verdict(good, ipvs_name(i), "each failure in a batch has the kernel's errno, and the other operations are done");
}

static void walk_many(struct ipvs *i)
{
	static struct table_op ops[REALS + 1];
	struct table wanted = {NULL, 0};
	bool good = true;
	ops[0] = op_of("-A -t 10.9.0.1:80 -s wrr");
	for (unsigned k = 1; k <= REALS; k++) {
		char line[128];
		(void)snprintf(line, sizeof line, "-a -t 10.9.0.1:80 -r 10.7.%u.%u:80 -m -w %u", k >> 8, k & 255, k);
		ops[k] = op_of(line);
	}
	for (unsigned k = 0; k <= REALS; k++)
		good &= model_apply(&wanted, &ops[k]) == 0;
	struct mono begin = mono_now();
	good &= apply(i, ops, REALS + 1);
	printf("# %s: %d reals added in one batch: %.1f ms\n", ipvs_name(i), REALS, ms_since(begin));
	begin = mono_now();
	verdict(good && equal_to(i, &wanted), ipvs_name(i), "500 reals in one batch are read back equal");
	printf("# %s: read and compared: %.1f ms\n", ipvs_name(i), ms_since(begin));
	for (unsigned k = 1; k <= CHANGED; k++) {
		ops[k].kind = TABLE_REAL_EDIT;
		ops[k].real.weight = 0;
		good &= model_apply(&wanted, &ops[k]) == 0;
	}
	begin = mono_now();
	good &= apply(i, ops + 1, CHANGED);
	printf("# %s: %d weights changed in one batch: %.1f ms\n", ipvs_name(i), CHANGED, ms_since(begin));
	verdict(good && equal_to(i, &wanted), ipvs_name(i), "100 weights are changed in one batch, and nothing else");
	for (unsigned k = 1; k <= REALS; k++)
		ops[k].kind = TABLE_REAL_DELETE;
	begin = mono_now();
	good = apply(i, ops + 1, REALS);
	printf("# %s: %d reals deleted in one batch: %.1f ms\n", ipvs_name(i), REALS, ms_since(begin));
	struct table left = read_table(i);
	verdict(good && left.service_count == 1 && left.services[0].real_count == 0, ipvs_name(i),
		"all reals are deleted in one batch");
	table_free(&left);
	table_free(&wanted);
	verdict(clear(i), ipvs_name(i), "the service is deleted");
}

int main(int argc, char **argv)
{
	const char *why = "the argument IPVSADM is missing";
	bool netlink = argc > 1 && strcmp(argv[1], "netlink") == 0;
	struct ipvs *command = argc > 2 ? ipvs_command(argv[2], &why) : NULL;
	struct ipvs *i = netlink ? ipvs_netlink(&why) : command;
	if (i == NULL || (argc > 2 && command == NULL)) {
		printf("not ok - the back end %s opens: %s\n", argc > 1 ? argv[1] : "", why);
		return 1;
	}
	verdict(clear(i), ipvs_name(i), "the table is empty at the start");
	walk_errors(i);
	walk_everything(i, netlink ? command : NULL);
	walk_many(i);
	ipvs_free(i);
	if (netlink)
		ipvs_free(command);
	return bad != 0;
}
