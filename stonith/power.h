// SPDX-License-Identifier: MIT
/* Performs the action of every device whose power state can be read: switch off, read the state, switch on.  The answer
 * of the device to an order proves nothing; the machine counts as off only when its power state was read twice as
 * off. */
#ifndef STONITH_POWER_H
#define STONITH_POWER_H

#include "stonith/device.h"

/* For reset, a machine that is off already stays off, because a person or another attempt has switched it off.  When
 * this attempt has switched the machine off and it does not come on again, that is still a success, with a warning.
 * Ends within the time limit of the attempt, whatever the device answers. */
enum stonith_code power_act(struct device *d, enum stonith_action action, const struct host *h);

#endif
