// SPDX-License-Identifier: MIT
#include "ldirectord/check/radius_packet.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

enum { ACCESS_REQUEST = 1, ACCESS_ACCEPT, ACCESS_REJECT, ACCESS_CHALLENGE = 11 };
enum {
	USER_NAME = 1,
	USER_PASSWORD = 2,
	NAS_IP_ADDRESS = 4,
	REPLY_MESSAGE = 18,
	MESSAGE_AUTHENTICATOR = 80,
	NAS_IPV6_ADDRESS = 95
};
enum { DIGEST = 16, HEAD = 20, AUTHENTICATOR_AT = 4, BLOCK = 16 };

/* The protocol requires MD5.  Returns false when this OpenSSL does not have MD5 (FIPS). */
static bool digest_of(struct bytes a, struct bytes b, uint8_t out[DIGEST])
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool good = c && EVP_DigestInit_ex(c, EVP_md5(), NULL) == 1 && EVP_DigestUpdate(c, a.at, a.len) == 1 &&
		    EVP_DigestUpdate(c, b.at, b.len) == 1 && EVP_DigestFinal_ex(c, out, NULL) == 1;
	EVP_MD_CTX_free(c);
	return good;
}

static bool sign(struct bytes packet, const char *secret, uint8_t out[DIGEST])
{
	size_t len = 0;
	return EVP_Q_mac(NULL, "HMAC", NULL, "MD5", NULL, secret, strlen(secret), packet.at, packet.len, out, DIGEST,
		       &len) != NULL &&
	       len == DIGEST;
}

// --- the request ---

static void put_attribute(struct writer *w, uint8_t type, struct bytes value)
{
	writer_byte(w, type);
	writer_byte(w, (uint8_t)(value.len + 2));
	writer_bytes(w, value);
}

/* Hide the password as in RFC 2865 5.2: "b1 = MD5(S + RA), c(1) = p1 xor b1; b2 = MD5(S + c(1)), ..." */
static bool hide_password(const struct radius_request *q, uint8_t hidden[RADIUS_PASSWD_MAX], size_t *len)
{
	uint8_t mask[DIGEST];
	struct bytes before = {q->authenticator, DIGEST}, plain = bytes_of(q->passwd);
	memset(hidden, 0, RADIUS_PASSWD_MAX);
	bytes_copy(hidden, plain);
	*len = plain.len == 0 ? BLOCK : (plain.len + BLOCK - 1) / BLOCK * BLOCK;
	for (size_t at = 0; at < *len; at += BLOCK) {
		if (!digest_of(bytes_of(q->secret), before, mask))
			return false;
		for (size_t i = 0; i < BLOCK; i++)
			hidden[at + i] ^= mask[i];
		before = (struct bytes){hidden + at, BLOCK};
	}
	return true;
}

static const char *mistake_of(const struct radius_request *q)
{
	if (!*q->login || !*q->secret)
		return "login and secret are needed";
	if (strlen(q->login) > RADIUS_LOGIN_MAX)
		return "login has more than 253 bytes";
	return strlen(q->passwd) > RADIUS_PASSWD_MAX ? "passwd has more than 128 bytes" : NULL;
}

bool radius_put(const struct radius_request *q, struct writer *w, char *why, size_t cap)
{
	static const uint8_t nothing[DIGEST];
	uint8_t hidden[RADIUS_PASSWD_MAX], signature[DIGEST];
	size_t hidden_len, start = w->len;
	bool v6 = q->nas.family == LB_INET6;
	const char *mistake = mistake_of(q);
	if (!mistake && !hide_password(q, hidden, &hidden_len))
		mistake = "no MD5 in this OpenSSL: RADIUS is not possible";
	if (mistake) {
		(void)snprintf(why, cap, "%s", mistake);
		return false;
	}
	writer_byte(w, ACCESS_REQUEST);
	writer_byte(w, q->id);
	uint8_t *len = writer_reserve(w, 2);
	writer_bytes(w, (struct bytes){q->authenticator, DIGEST});
	// This must be the first attribute, because some servers require it there.
	put_attribute(w, MESSAGE_AUTHENTICATOR, (struct bytes){nothing, DIGEST});
	size_t signature_at = w->len - DIGEST;
	put_attribute(w, USER_NAME, bytes_of(q->login));
	put_attribute(w, USER_PASSWORD, (struct bytes){hidden, hidden_len});
	put_attribute(w, v6 ? NAS_IPV6_ADDRESS : NAS_IP_ADDRESS, (struct bytes){q->nas.bytes, v6 ? 16 : 4});
	if (w->overflowed) {
		(void)snprintf(why, cap, "the request is too long");
		return false;
	}
	len[0] = (uint8_t)((w->len - start) >> 8);
	len[1] = (uint8_t)(w->len - start);
	if (!sign((struct bytes){w->at + start, w->len - start}, q->secret, signature)) {
		(void)snprintf(why, cap, "no HMAC-MD5 in this OpenSSL: RADIUS is not possible");
		return false;
	}
	memcpy(w->at + signature_at, signature, DIGEST);
	return true;
}

// --- the answer ---

struct attributes {
	struct bytes message; /* the text of the server */
	struct bytes signature;
};

/* Returns false when the bytes are not attributes. */
static bool read_attributes(struct bytes all, struct attributes *out)
{
	struct reader r = reader_over(all);
	*out = (struct attributes){.message = {NULL, 0}};
	while (reader_left(&r) > 0) {
		int type = reader_byte(&r), len = reader_byte(&r);
		struct bytes value = reader_take(&r, len < 2 ? SIZE_MAX : (size_t)len - 2);
		if (r.failed)
			return false;
		if (type == REPLY_MESSAGE && out->message.len == 0)
			out->message = value;
		if (type == MESSAGE_AUTHENTICATOR)
			out->signature = value;
	}
	return true;
}

/* Check the signature of an answer.  RFC 2865 3: "ResponseAuth = MD5(Code+ID+Length+RequestAuth+Attributes+Secret)";
 * RFC 3579 3.2 for the attribute. */
static bool is_signed(const struct radius_request *q, struct bytes packet, const struct attributes *a)
{
	uint8_t copy[RADIUS_PACKET_MAX], expected[DIGEST];
	struct bytes authenticator = {packet.at + AUTHENTICATOR_AT, DIGEST};
	bytes_copy(copy, packet);
	memcpy(copy + AUTHENTICATOR_AT, q->authenticator, DIGEST);
	struct bytes signed_bytes = {copy, packet.len};
	if (!digest_of(signed_bytes, bytes_of(q->secret), expected) ||
		!bytes_equal_constant_time(authenticator, (struct bytes){expected, DIGEST}))
		return false;
	if (!a->signature.at)
		return true;
	if (a->signature.len != DIGEST)
		return false;
	memset(copy + (a->signature.at - packet.at), 0, DIGEST);
	return sign(signed_bytes, q->secret, expected) &&
	       bytes_equal_constant_time(a->signature, (struct bytes){expected, DIGEST});
}

static void with_message(const char *what, struct bytes message, char *why, size_t cap)
{
	char text[128];
	size_t n = 0;
	for (; n < message.len && n < sizeof(text) - 1; n++)
		text[n] = message.at[n] >= ' ' && message.at[n] < 127 ? (char)message.at[n] : '?';
	text[n] = '\0';
	(void)snprintf(why, cap, "%s%s%s", what, n ? ": " : "", text);
}

enum radius_answer radius_take(const struct radius_request *q, struct bytes answer, char *why, size_t cap)
{
	struct reader r = reader_over(answer);
	struct attributes a;
	int code = reader_byte(&r), id = reader_byte(&r), high = reader_byte(&r), low = reader_byte(&r);
	size_t len = low < 0 ? 0 : (size_t)high << 8 | (size_t)low;
	if (len < HEAD || len > answer.len || len > RADIUS_PACKET_MAX) {
		(void)snprintf(why, cap, "an answer was not a packet of RADIUS");
		return RADIUS_FOREIGN;
	}
	struct bytes packet = {answer.at, len}, attributes = {answer.at + HEAD, len - HEAD};
	if (id != q->id || !read_attributes(attributes, &a)) {
		(void)snprintf(why, cap, "an answer was %s",
			id != q->id ? "for another request" : "not a packet of RADIUS");
		return RADIUS_FOREIGN;
	}
	if (!is_signed(q, packet, &a)) {
		(void)snprintf(why, cap, "an answer was not signed with our secret");
		return RADIUS_FOREIGN;
	}
	switch (code) {
	case ACCESS_ACCEPT:
		with_message("Access-Accept", a.message, why, cap);
		return RADIUS_ACCEPTED;
	case ACCESS_REJECT:
		with_message("Access-Reject", a.message, why, cap);
		return RADIUS_REFUSED;
	case ACCESS_CHALLENGE:
		with_message("Access-Challenge, which asks for more than a password", a.message, why, cap);
		return RADIUS_REFUSED;
	default:
		(void)snprintf(why, cap, "an answer of type %d", code);
		return RADIUS_REFUSED;
	}
}
