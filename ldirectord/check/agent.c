// SPDX-License-Identifier: MIT
/* A check with agentport: the check of the virtual, and beside it a connection to the agent of the server, which sends
 * one line.  The server is up when its check is good and the agent does not say otherwise.  An agent that does not
 * answer has no influence, so it has its own short limit: the verdict waits for it.  doc/ldirectord.md 11.16 */
#include <string.h>
#include <sys/epoll.h>

#include "ldirectord/check/agent_text.h"
#include "ldirectord/check/stream.h"

enum { AGENT_SAYS_DOWN = 254 /* as the share of an outcome that is down; else there was no answer */ };

// --- the agent alone ---

struct agent_check {
	struct check c;
	struct stream stream;
	char text[AGENT_LINE_MAX];
	size_t len;
};

static void judge(struct agent_check *k)
{
	struct agent_answer answer;
	char printable[CHECK_PRINTABLE];
	size_t line = 0;
	while (line < k->len && k->text[line] != '\r' && k->text[line] != '\n')
		line++;
	(void)check_printable(k->text, line, printable, sizeof(printable));
	if (!agent_text_read(k->text, k->len, &answer)) {
		check_verdict(&k->c, false, k->len ? "not understood: %s" : "no answer%s", printable);
		return;
	}
	k->c.share = answer.down ? AGENT_SAYS_DOWN : answer.share;
	check_verdict(&k->c, !answer.down, "%s", printable);
}

static void agent_ready(struct watch *w, uint32_t events)
{
	struct stream *s = (struct stream *)((char *)w - offsetof(struct stream, watch));
	struct agent_check *k = (struct agent_check *)((char *)s - offsetof(struct agent_check, stream));
	bool was_open = s->connected;
	(void)events;
	if (!stream_open(s, &k->c))
		return;
	if (!was_open) {
		check_stage(&k->c, "line");
		(void)stream_wait(s, &k->c, EPOLLIN);
		return;
	}
	int n = stream_read(s, k->text + k->len, sizeof(k->text) - k->len);
	if (n == STREAM_AGAIN)
		return;
	if (n == STREAM_BROKEN) {
		check_verdict(&k->c, false, "%s", s->why);
		return;
	}
	k->len += n > 0 ? (size_t)n : 0;
	if (n <= 0 || k->len == sizeof(k->text) || memchr(k->text, '\n', k->len))
		judge(k);
}

static void agent_start(struct check *c, const struct check_plan *plan)
{
	enum { AGENT_MS = 1000 };
	struct agent_check *k = (struct agent_check *)c;
	c->timeout_ms = MIN(plan->v->check_timeout_ms, AGENT_MS);
	c->address.port = plan->v->agent_port;
	(void)stream_start(&k->stream, c, plan, false, agent_ready); // or the verdict is there
}

static void agent_stop(struct check *c)
{
	stream_close(&((struct agent_check *)c)->stream);
}

static const struct check_kind agent_alone = {
	.size = sizeof(struct agent_check), .start = agent_start, .stop = agent_stop};

// --- both ---

/* One of the two. */
struct half {
	struct check *running; /* NULL: it has ended */
	bool up;
	unsigned share;
	char why[CHECK_WHY_MAX];
};

struct pair_check {
	struct check c;
	struct half check, agent;
};

static void decide(struct pair_check *k)
{
	if (k->check.running || (k->check.up && k->agent.running))
		return;
	bool says_down = !k->agent.running && !k->agent.up && k->agent.share == AGENT_SAYS_DOWN;
	k->c.share = k->agent.up ? k->agent.share : LB_SHARE_NONE;
	if (!k->check.up)
		check_verdict(&k->c, false, "%s", k->check.why);
	else if (says_down)
		check_verdict(&k->c, false, "agent: %s", k->agent.why);
	else
		check_verdict(&k->c, true, "%.120s; agent: %.120s", k->check.why, k->agent.why);
}

static void end(struct half *h, const struct check_outcome *o)
{
	h->running = NULL;
	h->up = o->up;
	h->share = o->share;
	(void)g_strlcpy(h->why, o->why, sizeof(h->why)); // both have the same size
}

static void on_check(void *context, const struct check_outcome *o)
{
	struct pair_check *k = context;
	end(&k->check, o);
	decide(k);
}

static void on_agent(void *context, const struct check_outcome *o)
{
	struct pair_check *k = context;
	end(&k->agent, o);
	decide(k);
}

static void pair_start(struct check *c, const struct check_plan *plan)
{
	enum { LATER_MS = 1000 }; // each half has its own deadline
	struct pair_check *k = (struct pair_check *)c;
	int64_t pings = plan->v->check_timeout_ms * MAX(plan->v->check_count, 1);
	c->timeout_ms = MAX(pings, plan->v->negotiate_timeout_ms) + LATER_MS;
	k->check.running = check_run(NULL, check_kind_of(plan), plan, on_check, k);
	k->agent.running = check_run(NULL, &agent_alone, plan, on_agent, k);
}

static void pair_stop(struct check *c)
{
	struct pair_check *k = (struct pair_check *)c;
	if (k->check.running)
		check_cancel(k->check.running);
	if (k->agent.running)
		check_cancel(k->agent.running);
}

const struct check_kind check_kind_with_agent = {
	.size = sizeof(struct pair_check), .start = pair_start, .stop = pair_stop};
