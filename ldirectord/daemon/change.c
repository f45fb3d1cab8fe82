// SPDX-License-Identifier: MIT
/* Changes the running director: replaces the configuration, and stops. */
#include <stdio.h>
#include <stdlib.h>

#include "ldirectord/daemon/director_private.h"
#include "ldirectord/daemon/log/ldlog.h"
#include "ldirectord/daemon/mail/mail.h"

void director_warn(const struct director *d, const struct lb_config *c)
{
	if (c->execute_count > 0 && (c->supervised || d->options->debug))
		ldlog("Warning: execute is ignored in the foreground: start those instances separately");
	if (c->fork)
		ldlog("fork=yes is ignored: checks already run in parallel, and checkinterval of a section is used");
}

static enum ldlog_place log_place(const struct director *d, const struct lb_config *config)
{
	return d->options->debug ? LDLOG_STDERR : config->supervised ? LDLOG_STDOUT : LDLOG_CONFIGURED;
}

void director_log(const struct director *d, const struct lb_config *config)
{
	ldlog_open(log_place(d, config), d->options->instance->name, config->log_file);
}

bool director_apply(struct director *d, struct lb_config *config)
{
	struct table kernel = {0};
	const char *trouble = NULL;
	batch_flush(d);
	d->status = "reloading";
	bool known = ipvs_read(d->ipvs, &kernel, &trouble) == 0;
	bool done = pool_reload(d->pool, config, known ? &kernel : NULL, mono_now());
	table_free(&kernel);
	if (done) {
		struct lb_config *old = d->config;
		d->config = config;
		mail_configure(d->mail, config);
		director_log(d, config);
		batch_collect(d);
		checks_renew(d);
		batch_flush(d);
		lb_config_free(old);
		director_warn(d, config);
	}
	d->status = "running";
	return done;
}

void director_reload_failed(const struct director *d, const char *why)
{
	char text[700];
	// a long reason is cut
	(void)snprintf(text, sizeof text, "Configuration not reloaded, the old one stays in use: %s", why);
	mail_everybody(d->mail, d->config, "reloading", text);
}

void director_stop(struct director *d)
{
	if (d->stopping)
		abort(); /* this must not be called twice */
	d->stopping = true;
	d->status = "stopping";
	pool_event(d->pool, &(struct pool_event){.kind = POOL_STOP}, mono_now());
	batch_collect(d);
	batch_flush(d);
	g_main_loop_quit(d->loop);
}
