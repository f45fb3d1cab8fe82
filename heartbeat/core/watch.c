// SPDX-License-Identifier: MIT
#include "heartbeat/core/watch.h"

#include <string.h>

const char *watch_answer_name(enum watch_answer answer)
{
	static const char *const names[WATCH_ANSWERS] = {"", "runs", "stopped", "silent", "not asked"};
	return answer < WATCH_ANSWERS ? names[answer] : "";
}

void watch_init(struct watch *w, const struct monitor_conf *conf)
{
	*w = (struct watch){.conf = conf, .next = MONO_FAR};
}

void watch_begin(struct watch *w, struct mono now)
{
	w->last = WATCH_NO_ANSWER_YET;
	w->since = w->good = now;
	watch_later(w, now);
}

void watch_rest(struct watch *w)
{
	w->next = MONO_FAR;
}

void watch_later(struct watch *w, struct mono now)
{
	w->next = mono_add(now, w->conf->interval);
}

unsigned watch_recent(const struct watch *w, struct mono now)
{
	unsigned count = 0;
	for (size_t i = 0; i < MONITOR_RESTARTS_MAX; i++)
		count += !mono_is_never(w->restarted[i]) && mono_since(now, w->restarted[i]).ns < w->conf->within.ns;
	return count;
}

/* As many are remembered as a line can allow, so the oldest one is never needed when a new one is allowed. */
static enum watch_verdict restart(struct watch *w, struct mono now)
{
	if (watch_recent(w, now) >= w->conf->restarts)
		return WATCH_GIVE_UP;
	w->restarted[w->restarts++ % MONITOR_RESTARTS_MAX] = now;
	return WATCH_RESTART;
}

static enum watch_verdict judge_failure(struct watch *w, struct mono now, bool news)
{
	w->failures++;
	switch (w->conf->on_fail) {
	case MONITOR_ON_FAIL_RESTART:
		return restart(w, now);
	case MONITOR_ON_FAIL_MOVE:
		return WATCH_GIVE_UP;
	case MONITOR_ON_FAIL_STOP:
		return WATCH_HALT;
	case MONITOR_ON_FAIL_IGNORE:
	case MONITOR_ON_FAILS:
		break;
	}
	return news ? WATCH_NOTE : WATCH_FINE;
}

enum watch_verdict watch_judge(struct watch *w, struct mono now, enum watch_answer answer)
{
	bool news = answer != w->last;
	enum watch_verdict verdict = WATCH_FINE;
	if (news)
		w->since = now;
	w->last = answer;
	w->answered = now;
	watch_later(w, now);
	if (answer == WATCH_STOPPED || answer == WATCH_SILENT)
		verdict = judge_failure(w, now, news);
	else if (answer == WATCH_NOT_ASKED && news)
		verdict = WATCH_NOTE;
	if (answer == WATCH_RUNS)
		w->good = now;
	/* what follows ends with watch_begin */
	if (verdict == WATCH_RESTART || verdict == WATCH_GIVE_UP || verdict == WATCH_HALT)
		watch_rest(w);
	return verdict;
}

void watch_forget(struct watch *w)
{
	w->failures = w->restarts = 0;
	memset(w->restarted, 0, sizeof w->restarted);
}

void watch_inherit(struct watch *w, const struct watch *from)
{
	const struct monitor_conf *conf = w->conf;
	struct mono next = w->next;
	*w = *from;
	w->conf = conf;
	w->next = next;
}
