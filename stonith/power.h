// SPDX-License-Identifier: MIT
/* Off, read back, on: the action of every device whose power can be read.  What an order answers proves nothing; only
 * the power that is read twice as off does. */
#ifndef STONITH_POWER_H
#define STONITH_POWER_H

#include "stonith/device.h"

/* reset: a machine that is off already stays off, because somebody has switched it off on purpose, or another attempt
 * did.  When it is off by this attempt and does not come on again, that is still a success, with a warning.
 * Ends within the limit of the attempt, whatever the device answers. */
enum stonith_code power_act(struct device *d, enum stonith_action action, const struct host *h);

#endif
