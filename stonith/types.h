// SPDX-License-Identifier: MIT
/* The table of device types, and devices by the name of their type. */
#ifndef STONITH_TYPES_H
#define STONITH_TYPES_H

#include "stonith/device.h"

/* A device of the type with this name ("ipmi", "external/NAME", "fence/NAME"; "rhcs/NAME" is "fence/NAME"), without
 * values.  A family runs its program to learn the parameters, for at most limit_s seconds (0: the limit of the type).
 * NULL: why has a sentence, with the type to use instead when there is one. */
struct device *types_device(const char *name, unsigned limit_s, GString *why);
/* Add the names of all types, sorted, members of families in the place of the family.  Owned by the list. */
void types_names(GPtrArray *names);
/* The row number i, NULL after the last. */
const struct device_type *types_row(size_t i);

#endif
