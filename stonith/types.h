// SPDX-License-Identifier: MIT
/* The table of device types; creates a device from the name of its type. */
#ifndef STONITH_TYPES_H
#define STONITH_TYPES_H

#include "stonith/device.h"

/* Create a device of the type with this name ("ipmi", "external/NAME", "fence/NAME"; "rhcs/NAME" is "fence/NAME"),
 * without values.  For a member of a family this runs a program to get the parameters, for at most limit_s seconds (0:
 * the limit of the type).
 * Returns NULL with a sentence in why, which names the type to use instead if there is one. */
struct device *types_device(const char *name, unsigned limit_s, GString *why);
/* Add the names of all types, sorted; a family is replaced by its members.  The list owns the names. */
void types_names(GPtrArray *names);
/* Row number i; NULL after the last one. */
const struct device_type *types_row(size_t i);

#endif
