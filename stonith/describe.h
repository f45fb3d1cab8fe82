// SPDX-License-Identifier: MIT
/* Prints descriptions of types and devices, for the options -L, -n, -h and -m. */
#ifndef STONITH_DESCRIBE_H
#define STONITH_DESCRIBE_H

#include "stonith/device.h"

void describe_list(void);
void describe_names(const struct device *d);
void describe_help(struct device *d);
/* Prints a section for each row of the table of types. */
void describe_all(void);
void describe_metadata(struct device *d);

#endif
