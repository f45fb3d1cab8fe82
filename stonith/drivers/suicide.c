// SPDX-License-Identifier: MIT
/* Resets this machine itself.  The immediate reset of the kernel is tried first: reboot(2) waits until every driver has
 * shut down, and a dead disk can delay that without limit.  Caches are not written back, so that no late write of this
 * node can happen. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "stonith/drivers/drivers.h"
#include "stonith/say.h"
#include "stonith/waiting.h"

static bool hosts(struct device *d)
{
	char name[256] = "";
	(void)gethostname(name, sizeof(name) - 1); // an empty name matches no host
	if (name[0])
		device_add_host(d, name, NULL);
	return true;
}

/* It asks nobody. */
static bool lists_hosts(struct device *d)
{
	(void)d;
	return true;
}

/* Returns when it did not work. */
static void press(char key)
{
	int fd = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, &key, 1) != 1)
		say(LOG_LEVEL_WARN, "suicide: /proc/sysrq-trigger: %s; trying reboot(2)", strerror(errno));
	if (fd >= 0)
		(void)close(fd);
}

static enum stonith_code act(struct device *d, enum stonith_action action, const struct host *h)
{
	bool off = action == STONITH_OFF;
	say(LOG_LEVEL_CRIT, "%s: this machine, %s, is %s now", d->name, h->name, off ? "switched off" : "reset");
	say_close(); // the message must be written before
	press(off ? 'o' : 'b');
	if (off)
		waiting_pause(span_ms(5000)); // the kernel needs a moment to switch off
	(void)reboot(off ? RB_POWER_OFF : RB_AUTOBOOT);
	(void)device_note(d, "reboot(2): %s", strerror(errno));
	return STONITH_RESETFAIL;
}

const struct device_type suicide_type = {
	.name = "suicide",
	.summary = "resets this machine itself, at once and without writing anything back",
	.help = "Resets or switches off the machine on which the command runs. It proves nothing to another node.",
	.refuses = 1U << STONITH_ON,
	.hosts = hosts,
	.lists_hosts = lists_hosts,
	.act = act,
};
