// SPDX-License-Identifier: MIT
#include "stonith/waiting.h"

#include <glib-unix.h>
#include <glib.h>
#include <signal.h>

static bool interrupted;

static gboolean caught(gpointer data)
{
	(void)data;
	interrupted = true;
	return G_SOURCE_CONTINUE;
}

void waiting_catch_signals(void)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP};
	for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
		(void)g_unix_signal_add(signals[i], caught, NULL); // the handlers stay until the process ends
}

bool waiting_interrupted(void)
{
	return interrupted;
}

static gboolean elapsed(gpointer data)
{
	*(bool *)data = true;
	return G_SOURCE_REMOVE;
}

void waiting_pause(struct span most)
{
	bool done = false;
	guint timer = g_timeout_add((guint)span_to_ms(most), elapsed, &done);
	if (!waiting_until(&done))
		(void)g_source_remove(timer);
}

bool waiting_poll(void)
{
	while (g_main_context_iteration(NULL, FALSE))
		;
	return interrupted;
}

bool waiting_until(const bool *done)
{
	while (!*done && !interrupted)
		(void)g_main_context_iteration(NULL, TRUE);
	return *done;
}
