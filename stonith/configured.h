// SPDX-License-Identifier: MIT
/* The devices that ha.cf configures for this node, tested through the same path as an action. */
#ifndef STONITH_CONFIGURED_H
#define STONITH_CONFIGURED_H

#include "stonith/device.h"

/* Ask a device for its status and print one line: place, type, hosts, result, time.  place: "" or "FILE:LINE: ".
 * Returns an exit status of the command. */
int configured_test(struct device *d, unsigned limit_s, const char *place);
/* Test every stonith and stonith_host line of the file that is for this node.  Returns the first exit status that is
 * not 0; without such a line STONITH_BADCONFIG. */
int configured_test_all(const char *ha_cf, unsigned limit_s);

#endif
