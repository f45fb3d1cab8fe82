// SPDX-License-Identifier: MIT
/* Makes one attempt with a device: reads its status, lists its hosts, or performs an action.  Every action uses this
 * module, so that no device is asked to act on a host that it does not control. */
#ifndef STONITH_ATTEMPT_H
#define STONITH_ATTEMPT_H

#include "stonith/device.h"

/* All functions report the result (say) and return an exit status of the command.  limit_s 0: the limit of the type. */

/* silent: print no message when the device is reachable. */
int attempt_status(struct device *d, unsigned limit_s, bool silent);
/* Print the hosts, one a line. */
int attempt_list(struct device *d, unsigned limit_s);
int attempt_action(struct device *d, unsigned limit_s, enum stonith_action action, const char *victim);

#endif
