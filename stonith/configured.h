// SPDX-License-Identifier: MIT
/* Tests the devices that ha.cf configures for this node, with the same code as an action. */
#ifndef STONITH_CONFIGURED_H
#define STONITH_CONFIGURED_H

#include "stonith/device.h"

/* Read the status of a device and print one line: place, type, hosts, result, time.  place: "" or "FILE:LINE: ".
 * Returns an exit status of the command. */
int configured_test(struct device *d, unsigned limit_s, const char *place);
/* Test every stonith and stonith_host line of the file that is for this node.  Returns the first exit status that is
 * not 0, or STONITH_BADCONFIG when there is no such line. */
int configured_test_all(const char *ha_cf, unsigned limit_s);

#endif
