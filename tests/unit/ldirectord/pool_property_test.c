// SPDX-License-Identifier: MIT
/* Random events for a pool and for a slow, simple model (pool_model.h).  After each step:
 *   the kernel's table must be the table that the model computes from its states alone;
 *   no real may get a weight before its first good result, unless it was found with one;
 *   a reload of the same file must do nothing at all.
 * POOL_SEEDS=N runs N seeds, POOL_SEED=N only this one. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/ldirectord/pool_lab.h"
#include "tests/unit/ldirectord/pool_model.h"

enum { SEEDS = 4000, STEPS = 60, CONFIG = 4096, TEXT = 16384, HEALED_MS = 200000 };

/* --- chance ----------------------------------------------------------------------------------- */

static uint64_t chance_state;

static unsigned chance(unsigned n)
{
	chance_state ^= chance_state << 13;
	chance_state ^= chance_state >> 7;
	chance_state ^= chance_state << 17;
	return (unsigned)(chance_state >> 33) % n;
}

static const char *const ids[MODEL_VIRTUALS] = {"10.9.0.1:80", "10.9.0.1:81", "10.9.0.2:53", "5"};
static const char *const forwards[] = {"masq", "gate", "ipip"};

static size_t add(char *out, size_t len, const char *how, ...) __attribute__((format(printf, 3, 4)));
static size_t add(char *out, size_t len, const char *how, ...)
{
	va_list args;

	va_start(args, how);
	len += (size_t)vsnprintf(out + len, CONFIG - len, how, args);
	va_end(args);
	assert_true(len < CONFIG);
	return len;
}

static void random_real_address(char *out)
{
	unsigned host = 1 + chance(4), port = 80 + chance(2);

	sprintf(out, "10.0.0.%u:%u", host, port);
}

static size_t random_virtual(char *out, size_t len, const char *id)
{
	static const char *const types[] = {"connect", "connect", "connect", "negotiate", "on", "off", "external"};
	char used[512] = "", real[32];

	/* At most one chance() in a statement that adds text: each compiler has its own order of evaluation, but a seed
	 * must mean the same with all of them. */
	len = add(out, len, "virtual=%s\n\tchecktype=%s\n", id, types[chance(7)]);
	len = add(out, len, "\tfailurecount=%u\n", 1 + chance(3));
	len = add(out, len, "\trisecount=%u\n", 1 + chance(3));
	len = add(out, len, "\tquorum=%u\n", 1 + chance(3) * chance(2));
	len = add(out, len, "\tquorumhysteresis=%u\n", chance(4) ? 0 : 1);
	if (chance(3) == 0)
		len = add(out, len, "\tmaxdown=%s\n", (const char *const[]){"1", "2", "50%", "34%"}[chance(4)]);
	len = add(out, len, "\tquiescent=%s\n", chance(2) ? "yes" : "no");
	len = add(out, len, "\tscheduler=%s\n", chance(4) ? "wrr" : "wlc");
	if (strstr(id, ":53"))
		len = add(out, len, "\tprotocol=udp\n");
	if (chance(4) == 0)
		len = add(out, len, "\tcleanstop=no\n");
	if (chance(2)) {
		unsigned more = chance(MODEL_FALLBACKS);
		len = add(out, len, "\tfallback=");
		for (unsigned i = 1; i <= more; i++) {
			unsigned host = 2 * i + chance(2), net = chance(3) ? 1 : 0; /* 0: that of the reals */
			len = add(out, len, "10.0.%u.%u:80 masq, ", net, host);
		}
		const char *last = more < 2 ? "10.0.1.4:80" : "10.0.1.1:80"; /* one that is checked in another file */
		len = add(out, len, "%s ", chance(4) ? last : "10.0.0.1:80");
		len = add(out, len, "%s\n", forwards[chance(3)]);
	}
	for (unsigned i = chance(MODEL_REALS); i > 0; i--) {
		random_real_address(real);
		if (strstr(used, real))
			continue;
		strcat(used, real);
		len = add(out, len, "\treal=%s %s ", real, forwards[chance(4) ? 0 : chance(3)]);
		len = add(out, len, "%u\n", chance(5) ? 1 + chance(3) * chance(20) : 0);
	}
	return len;
}

static void random_config(char *out)
{
	size_t len = add(out, 0, "checkinterval=1\n");

	for (size_t i = 0; i < MODEL_VIRTUALS; i++)
		if (chance(4))
			len = random_virtual(out, len, ids[i]);
}

static void random_kernel(struct table *t)
{
	char line[128], real[32];

	assert_true(kernel_line(t, "-A -t 10.9.9.9:99 -s rr") &&
		    kernel_line(t, "-a -t 10.9.9.9:99 -r 10.0.0.1:80 -m -w 9"));
	for (size_t i = 0; i < MODEL_VIRTUALS; i++) {
		if (chance(2))
			continue;
		const char *option = strchr(ids[i], ':') ? strstr(ids[i], ":53") ? "-u" : "-t" : "-f";
		sprintf(line, "-A %s %s -s wrr", option, ids[i]);
		assert_true(kernel_line(t, line));
		for (unsigned n = chance(MODEL_REALS); n > 0; n--) {
			random_real_address(real);
			char forward = "mgi"[chance(4) ? 0 : chance(3)];
			sprintf(line, "-a %s %s -r %s -%c -w %u", option, ids[i], real, forward, chance(3));
			(void)kernel_line(t, line); /* fails if the entry exists already */
		}
	}
}

/* --- one run ---------------------------------------------------------------------------------- */

struct run {
	struct world w;
	struct model m;
	char config[CONFIG];
	unsigned seed, step, trouble; /* trouble: how many of 100 operations fail */
	bool touched;                 /* an operator has changed the table by hand */
	bool sick;                    /* a failure has not been corrected yet */
};

static uint64_t compared, operations;

static int trouble(struct world *w, const struct table_op *op)
{
	struct run *l = w->context;

	(void)op;
	if (chance(100) >= l->trouble)
		return 0;
	return chance(2) ? -EIO : LAB_UNKNOWN;
}

/* A server may get a weight only if it has had a good result, was found with a weight, or is never checked. */
static void is_proved(struct world *w, const struct table_op *op)
{
	struct run *l = w->context;
	struct model_virtual *v = model_find(&l->m, &op->service.id);
	bool proved = false;

	if (op->kind < TABLE_REAL_ADD || op->kind == TABLE_REAL_DELETE || op->real.weight == 0)
		return;
	assert_non_null(v);
	for (size_t i = 0; i < v->v->real_count; i++) {
		struct lb_address key = model_key(v->v, v->reals[i].r);
		proved = proved || (lb_address_equal(&key, &op->real.address) &&
					   (v->reals[i].proved || v->v->check_type == LB_CHECK_ON));
	}
	for (size_t i = 0; i < v->v->fallback_count; i++) {
		struct model_real *f = &v->fallbacks[i];
		struct lb_address key = model_key(v->v, f->r);
		bool checked = i + 1 < v->v->fallback_count && v->v->check_type != LB_CHECK_ON &&
			       v->v->check_type != LB_CHECK_OFF;
		if (lb_address_equal(&key, &op->real.address))
			proved = proved || !checked || f->proved || f->was_there;
	}
	if (!proved)
		fail_msg("seed %u step %u: a weight before the first good result\n%s%s", l->seed, l->step, l->config,
			w->notes);
}

static void must_be_same(struct run *l, const char *after)
{
	static char ours[TEXT], theirs[TEXT];
	struct table t;

	model_table(&l->m, &t);
	if (!kernel_same(&l->w.kernel, &t)) {
		kernel_text(&l->w.kernel, ours, sizeof ours);
		kernel_text(&t, theirs, sizeof theirs);
		fprintf(stderr, "the kernel has\n%sthe model has\n%s", ours, theirs); /* cmocka would cut this */
		fprintf(stderr, "%s\n%s", l->config, l->w.notes);
		fail_msg("seed %u step %u, after %s", l->seed, l->step, after);
	}
	compared++;
	table_free(&t);
}

static void pass(struct run *l, int64_t ms)
{
	struct mono end = mono_add(l->w.now, span_ms(ms));

	model_decide(&l->m, end);
	world_pass(&l->w, ms);
}

static void do_result(struct run *l)
{
	size_t count = pool_check_count(l->w.pool), n = 0;
	struct pool_check c;
	struct model_real *r;

	if (count == 0)
		return;
	size_t i = chance((unsigned)count);
	bool up = chance(5) < 3;
	unsigned share = (const unsigned[]){LB_SHARE_NONE, LB_SHARE_NONE, LB_SHARE_DRAIN, 1, 40, 100}[chance(6)];
	pool_check(l->w.pool, i, &c);
	while ((r = model_at(&l->m, n)) && r->r != c.r)
		n++;
	assert_non_null(r);
	model_result(&l->m, r->check, up, share, l->w.now);
	world_event(&l->w, (struct pool_event){.kind = POOL_RESULT,
				   .check = i,
				   .up = up,
				   .share = share,
				   .why = up ? "fine" : "refused"});
}

static struct model_real *any_real(struct run *l)
{
	size_t count = 0;

	while (model_at(&l->m, count))
		count++;
	return count ? model_at(&l->m, chance((unsigned)count)) : NULL;
}

static void do_maintenance(struct run *l)
{
	struct model_real *r = any_real(l);
	bool named = chance(2);

	if (!r)
		return;
	model_maintenance(&l->m, &r->r->address, named, l->w.now);
	world_event(&l->w, (struct pool_event){.kind = POOL_MAINTENANCE, .address = r->r->address, .up = !named});
}

static void do_order(struct run *l)
{
	struct model_real *r = any_real(l);

	if (!r || model_is_fallback(r))
		return;
	enum pool_order order = (enum pool_order)chance(3);
	model_order(&l->m, r, order, l->w.now);
	world_event(&l->w, (struct pool_event){
				   .kind = POOL_ORDER, .service = r->v->id, .address = r->r->address, .order = order});
}

static void reload(struct run *l, const char *config, bool reads)
{
	struct model old = l->m;
	struct lb_config *before = l->w.config, *c = lab_config(config);

	model_config(&l->m, &old, c, &l->w.kernel, reads, l->w.now);
	assert_true(pool_reload(l->w.pool, c, reads ? &l->w.kernel : NULL, l->w.now));
	l->w.config = c;
	world_act(&l->w);
	lab_config_free(before);
}

/* Virtuals that the file names no longer belong to the others.  Returns whether there was one. */
static bool mention(struct model *m, const char *config)
{
	bool any = false;

	for (size_t i = 0; i < MODEL_VIRTUALS; i++) {
		struct table_op op = {.kind = TABLE_SERVICE_DELETE, .service = {.id = lab_id(ids[i])}};
		char line[64];
		sprintf(line, "virtual=%s\n", ids[i]);
		if (strstr(ids[i], ":53"))
			op.service.id.protocol = LB_UDP;
		any = (strstr(config, line) && kernel_apply(&m->others, &op) == 0) || any;
	}
	return any;
}

static void do_reload(struct run *l)
{
	bool reads = l->touched || chance(2);

	random_config(l->config);
	reads = mention(&l->m, l->config) || reads;
	if (l->sick && (strstr(l->config, "checktype=off") || strstr(l->config, "masq, 10")))
		reads = true; /* such a server stays as it is in the kernel, and only the kernel knows that */
	reload(l, l->config, reads);
	l->touched = false;
}

static void do_same_reload(struct run *l)
{
	if (l->touched || l->sick)
		return;
	world_clear_notes(&l->w);
	reload(l, l->config, chance(2));
	if (l->w.op_count)
		fail_msg("seed %u step %u: a reload of the same file did %zu operations\n%s", l->seed, l->step,
			l->w.op_count, l->w.notes);
}

/* By hand: a real or a whole virtual is deleted, or an unknown real is added. */
static void do_by_hand(struct run *l)
{
	struct table_op op = {.kind = (const enum table_op_kind[]){TABLE_SERVICE_DELETE, TABLE_REAL_DELETE,
				      TABLE_REAL_DELETE, TABLE_REAL_ADD}[chance(4)]};
	char real[32];

	op.service.id = lab_id(ids[chance(MODEL_VIRTUALS)]);
	if (!model_find(&l->m, &op.service.id))
		return;
	random_real_address(real);
	op.real.address = lab_address(real);
	op.real.weight = chance(3);
	if (kernel_apply(&l->w.kernel, &op) == 0)
		l->touched = true;
}

/* Another program changes what it likes; a look at the kernel puts all of it right, and a second one finds nothing. */
static void do_meddle(struct run *l)
{
	char real[32];

	if (l->touched || l->sick)
		return;
	for (unsigned i = 1 + chance(4); i > 0; i--) {
		struct table_op op = {.kind = (enum table_op_kind)chance(TABLE_REAL_DELETE + 1)};
		op.service.id = lab_id(ids[chance(MODEL_VIRTUALS)]);
		strcpy(op.service.scheduler, chance(2) ? "wrr" : "rr");
		random_real_address(real);
		op.real.address = lab_address(real);
		op.real.weight = chance(3);
		op.real.forward = chance(4) ? LB_MASQ : LB_IPIP;
		if (model_find(&l->m, &op.service.id))
			(void)kernel_apply(&l->w.kernel, &op);
	}
	world_observe(&l->w);
	l->sick = l->w.failed_count;
	if (l->sick)
		return;
	must_be_same(l, "a look at the kernel");
	world_clear_notes(&l->w);
	world_observe(&l->w);
	if (l->w.op_count)
		fail_msg("seed %u step %u: a second look did %zu operations\n%s", l->seed, l->step, l->w.op_count,
			l->w.notes);
}

/* Give the pool enough time to correct what failed. */
static void heal(struct run *l)
{
	pass(l, HEALED_MS);
	l->sick = false;
}

static void one_step(struct run *l)
{
	static void (*const steps[])(struct run *) = {
		do_maintenance, do_order, do_order, do_reload, do_same_reload, do_by_hand, do_meddle, do_meddle};
	unsigned what = chance(20);

	l->trouble = chance(5) == 0 ? 10 + chance(80) : 0;
	if (what < sizeof steps / sizeof *steps)
		steps[what](l);
	else
		do_result(l);
	l->trouble = 0;
	operations += l->w.op_count;
	if (chance(4) == 0)
		pass(l, chance(2000));
	l->sick = l->sick || l->w.failed_count;
	if (l->sick && chance(3) == 0)
		heal(l);
	if (!l->touched && !l->sick)
		must_be_same(l, "a step");
	world_clear_notes(&l->w);
}

static void run_seed(unsigned seed)
{
	struct run *l = calloc(1, sizeof *l);

	assert_non_null(l);
	chance_state = 88172645463325252u ^ (uint64_t)seed * 2654435761u;
	l->seed = seed;
	l->w.context = l;
	l->w.trouble = trouble;
	l->w.after = is_proved;
	l->w.now = (struct mono){1000000000};
	random_kernel(&l->w.kernel);
	random_config(l->config);
	struct lb_config *c = l->w.config = lab_config(l->config);
	kernel_copy(&l->w.kernel, &l->m.others);
	(void)mention(&l->m, l->config);
	model_config(&l->m, NULL, c, &l->w.kernel, true, l->w.now);
	l->w.pool = pool_new(c, &l->w.kernel, l->w.now);
	world_act(&l->w);
	must_be_same(l, "the start");
	for (l->step = 0; l->step < STEPS; l->step++)
		one_step(l);
	if (l->sick)
		heal(l);
	if (l->touched)
		do_reload(l);
	l->m.stopped = true;
	world_event(&l->w, (struct pool_event){.kind = POOL_STOP});
	must_be_same(l, "the stop");
	world_end(&l->w);
	table_free(&l->w.kernel);
	table_free(&l->m.others);
	free(l);
}

static void in_every_random_run_the_table_is_the_one_that_the_model_computes(void **state)
{
	const char *one = getenv("POOL_SEED"), *many = getenv("POOL_SEEDS");
	unsigned count = many ? (unsigned)atoi(many) : SEEDS;

	(void)state;
	if (one) {
		run_seed((unsigned)atoi(one));
		return;
	}
	for (unsigned seed = 1; seed <= count; seed++)
		run_seed(seed);
	print_message("%u runs, %llu tables compared, %llu operations\n", count, (unsigned long long)compared,
		(unsigned long long)operations);
	assert_true(compared > (uint64_t)count * STEPS / 2 && operations > count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_every_random_run_the_table_is_the_one_that_the_model_computes)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
