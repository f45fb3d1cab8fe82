// SPDX-License-Identifier: MIT
#include "stonith/secret_names.h"

#include <stddef.h>
#include <string.h>

/* When a name is considered a secret by mistake, its value is only hidden from messages. */
bool secret_name(const char *name)
{
	static const char *const parts[] = {"passw", "secret", "token", "apikey", "tlskey", "key_value", "community"};
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strstr(name, parts[i]))
			return true;
	return false;
}
