// SPDX-License-Identifier: MIT
/* Is a parameter of a foreign program a secret?  Only its name tells. */
#ifndef STONITH_SECRET_NAMES_H
#define STONITH_SECRET_NAMES_H

#include <stdbool.h>

bool secret_name(const char *name);

#endif
