// SPDX-License-Identifier: MIT
/* What a fence agent writes about itself: its parameters, its actions, its description.  Reads XML, runs nothing. */
#ifndef STONITH_AGENT_METADATA_H
#define STONITH_AGENT_METADATA_H

#include "stonith/device.h"

struct agent_metadata {
	const char *description; /* owned by the device, like all text here */
	const char *xml;
	bool has_on, has_status, has_list, has_monitor;
	bool on_by_itself; /* the machine joins again by itself when it boots (a disk or a switch, no power) */
	const char *plug;  /* the parameter that selects one of several machines: "plug", "port", or NULL */
};

/* Add the parameters to the device; those that are ours to set (action, help, version) are left out.
 * False: no metadata of an agent, why says what is wrong. */
bool agent_metadata_read(struct device *d, const char *xml, struct agent_metadata *out, GString *why);

#endif
