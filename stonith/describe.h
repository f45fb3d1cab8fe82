// SPDX-License-Identifier: MIT
/* Prints what types and devices are: -L, -n, -h, -m. */
#ifndef STONITH_DESCRIBE_H
#define STONITH_DESCRIBE_H

#include "stonith/device.h"

void describe_list(void);
void describe_names(const struct device *d);
void describe_help(struct device *d);
/* A section for each row of the table. */
void describe_all(void);
void describe_metadata(struct device *d);

#endif
