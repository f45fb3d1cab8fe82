// SPDX-License-Identifier: MIT
/* Decides by its name whether a parameter of an external program is a secret, because there is no other information. */
#ifndef STONITH_SECRET_NAMES_H
#define STONITH_SECRET_NAMES_H

#include <stdbool.h>

bool secret_name(const char *name);

#endif
