// SPDX-License-Identifier: MIT
/* Bytes as the answer of a RADIUS server.  First byte: which of the two signatures the harness makes right, so that
 * what is behind them is reached too.  Promises: what is not signed is never an answer; "accepted" is of type 2 and has our
 * number; the reason is printable; bytes behind the length in the packet change nothing. */
#include <openssl/evp.h>
#include <string.h>

#include "ldirectord/check/radius_packet.h"
#include "tests/fuzz/fuzz.h"

enum { HEAD = 20, DIGEST = 16, SIGN = 1, SIGN_ATTRIBUTE = 2, TAIL = 4, MESSAGE_AUTHENTICATOR = 80 };

static const char secret[] = "shared";

/* Over the packet with the authenticator of the request in its place. */
static void sign_attribute(uint8_t *packet, size_t len)
{
	size_t got;
	if (len < HEAD + 2 + DIGEST || packet[HEAD] != MESSAGE_AUTHENTICATOR || packet[HEAD + 1] != 2 + DIGEST)
		return;
	memset(packet + HEAD + 2, 0, DIGEST);
	uint8_t digest[DIGEST];
	MUST(EVP_Q_mac(NULL, "HMAC", NULL, "MD5", NULL, secret, strlen(secret), packet, len, digest, DIGEST, &got));
	memcpy(packet + HEAD + 2, digest, DIGEST);
}

static void sign(uint8_t *packet, size_t len)
{
	uint8_t all[RADIUS_PACKET_MAX + sizeof(secret)], digest[EVP_MAX_MD_SIZE];
	memcpy(all, packet, len);
	memcpy(all + len, secret, strlen(secret));
	MUST(EVP_Q_digest(NULL, "MD5", NULL, all, len + strlen(secret), digest, NULL));
	memcpy(packet + 4, digest, DIGEST);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct radius_request q = {.login = "nemo", .passwd = "arctangent", .secret = secret, .id = 7,
		.authenticator = {0x0f, 0x40, 0x3f, 0x94, 0x73, 0x97, 0x80, 0x57}};
	char why[RADIUS_WHY_MAX] = "", again[RADIUS_WHY_MAX] = "";
	if (size < 1 || size > RADIUS_PACKET_MAX - TAIL)
		return 0;
	uint8_t choice = data[0], *packet = malloc(size + TAIL); // exactly: a sanitizer sees each byte too many
	size_t got = size - 1, len = got >= HEAD ? (size_t)(data[3] << 8 | data[4]) : 0;
	bool good = len >= HEAD && len <= got;
	MUST(packet);
	memcpy(packet, data + 1, got);
	if (good && (choice & SIGN)) {
		memcpy(packet + 4, q.authenticator, DIGEST);
		if (choice & SIGN_ATTRIBUTE)
			sign_attribute(packet, len);
		sign(packet, len);
	}
	enum radius_answer answer = radius_take(&q, (struct bytes){packet, got}, why, sizeof(why));
	MUST(*why);
	for (const char *p = why; *p; p++)
		MUST(*p >= ' ' && *p < 127);
	MUST(answer == RADIUS_FOREIGN || (good && (choice & SIGN) && packet[1] == q.id));
	MUST(answer != RADIUS_ACCEPTED || packet[0] == 2);
	memset(packet + got, 'x', TAIL);
	if (good) {
		MUST(radius_take(&q, (struct bytes){packet, got + TAIL}, again, sizeof(again)) == answer);
		MUST(strcmp(why, again) == 0);
	}
	free(packet);
	return 0;
}
