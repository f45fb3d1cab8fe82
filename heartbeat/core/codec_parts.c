// SPDX-License-Identifier: MIT
/* What both framings share: the reason of a refusal, the check of the signature, the end of a datagram. */
#include "heartbeat/core/codec_parts.h"

#include <stdarg.h>
#include <stdio.h>

enum codec_verdict codec_refuse(struct decoded *decoded, enum codec_verdict verdict, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	/* a text that is too long is cut, because it is only for a log line */
	(void)vsnprintf(decoded->why, sizeof decoded->why, format, args);
	va_end(args);
	return verdict;
}

static void note_index(struct bytes token, struct decoded *decoded)
{
	struct reader r = reader_over(token);
	uint64_t index = reader_decimal(&r, 9, UINT32_MAX);

	decoded->has_index = !r.failed && reader_peek(&r) == ' ';
	if (decoded->has_index)
		decoded->auth_index = (unsigned)index;
}

enum codec_verdict codec_check(
	struct auth *auth, bool any_index, struct bytes token, struct bytes covered, struct decoded *decoded)
{
	note_index(token, decoded);
	if (!auth)
		return CODEC_OK;
	decoded->auth = auth_verify(auth, token, covered, any_index, &decoded->auth_index);
	switch (decoded->auth) {
	case AUTH_OK:
		return CODEC_OK;
	case AUTH_BAD_INDEX:
		return codec_refuse(decoded, CODEC_UNAUTHENTIC, "signed with key %u, which is not defined in authkeys here",
			decoded->auth_index);
	case AUTH_NOT_ACTIVE:
		return codec_refuse(decoded, CODEC_UNAUTHENTIC, "signed with key %u, but the active key here is %u",
			decoded->auth_index, auth_active(auth));
	default:
		return codec_refuse(decoded, CODEC_UNAUTHENTIC, "%s", auth_verdict_text(decoded->auth));
	}
}

bool codec_only_nul(struct reader *r)
{
	while (reader_left(r) > 0)
		if (reader_byte(r) != 0)
			return false;
	return true;
}
