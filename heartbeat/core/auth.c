// SPDX-License-Identifier: MIT
#include "heartbeat/core/auth.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdio.h>
#include <stdlib.h>

#include "heartbeat/core/crc.h"

struct auth {
	enum auth_method methods[AUTHKEYS_MAX];
	/* each context contains its key; EVP_MAC_init without a key starts it again */
	EVP_MAC_CTX *contexts[AUTHKEYS_MAX];
	unsigned active;
	bool accept[AUTHKEYS_MAX]; /* accepted beside the active index; only for a method with a key */
	struct crc crc;
};

/* --- keys ------------------------------------------------------------------------------------- */

static const char *digest_name(enum auth_method method)
{
	return method == AUTH_MD5 ? "MD5" : "SHA1";
}

static EVP_MAC_CTX *keyed_context(EVP_MAC *hmac, const struct authkey *key)
{
	char digest[8];
	(void)snprintf(digest, sizeof digest, "%s", digest_name(key->method));
	OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
	EVP_MAC_CTX *context = EVP_MAC_CTX_new(hmac);

	if (context && EVP_MAC_init(context, key->key, key->len, parameters) != 1) {
		EVP_MAC_CTX_free(context);
		context = NULL;
	}
	return context;
}

struct auth *auth_new(const struct authkeys *keys)
{
	struct auth *a = calloc(1, sizeof *a);
	EVP_MAC *hmac = NULL;

	if (!a)
		return NULL;
	a->active = keys->active;
	crc_prepare(&a->crc);
	for (unsigned i = 0; i < AUTHKEYS_MAX; i++) {
		const struct authkey *key = &keys->keys[i];
		if (key->method == AUTH_CRC)
			a->methods[i] = AUTH_CRC;
		if ((key->method != AUTH_MD5 && key->method != AUTH_SHA1) || key->len == 0)
			continue;
		if (!hmac)
			hmac = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, NULL);
		a->contexts[i] = hmac ? keyed_context(hmac, key) : NULL;
		if (!a->contexts[i]) {
			auth_free(a);
			a = NULL;
			break;
		}
		a->methods[i] = key->method;
		a->accept[i] = key->accept;
	}
	EVP_MAC_free(hmac); /* the contexts keep a reference to it */
	return a;
}

void auth_free(struct auth *a)
{
	if (!a)
		return;
	for (unsigned i = 0; i < AUTHKEYS_MAX; i++)
		EVP_MAC_CTX_free(a->contexts[i]); /* this overwrites the key */
	free(a);
}

unsigned auth_active(const struct auth *a)
{
	return a->active;
}

enum auth_method auth_method_of(const struct auth *a, unsigned index)
{
	return index < AUTHKEYS_MAX ? a->methods[index] : AUTH_NONE;
}

/* --- digests ---------------------------------------------------------------------------------- */

static size_t hmac_digest(EVP_MAC_CTX *context, struct bytes b, char out[AUTH_DIGEST_MAX + 1])
{
	unsigned char raw[EVP_MAX_MD_SIZE];
	size_t len = 0;

	if (EVP_MAC_init(context, NULL, 0, NULL) != 1 || EVP_MAC_update(context, b.at, b.len) != 1 ||
	    EVP_MAC_final(context, raw, &len, sizeof raw) != 1)
		return 0;
	struct writer w = writer_over(out, AUTH_DIGEST_MAX);
	writer_hex(&w, (struct bytes){raw, len});
	out[w.len] = '\0';
	return w.len;
}

size_t auth_digest(struct auth *a, unsigned index, struct bytes b, char out[AUTH_DIGEST_MAX + 1])
{
	struct writer w = writer_over(out, AUTH_DIGEST_MAX);

	out[0] = '\0';
	switch (auth_method_of(a, index)) {
	case AUTH_CRC:
		writer_number(&w, 16, crc_of(&a->crc, b));
		out[w.len] = '\0';
		return w.len;
	case AUTH_MD5:
	case AUTH_SHA1:
		return hmac_digest(a->contexts[index], b, out);
	case AUTH_NONE:
		break;
	}
	return 0;
}

const char *auth_verdict_text(enum auth_verdict v)
{
	static const char *const texts[AUTH_VERDICTS] = {
		[AUTH_OK] = "authentic",
		[AUTH_MALFORMED] = "no signature of the form \"INDEX DIGEST\"",
		[AUTH_BAD_INDEX] = "signed with a key index that is not defined in authkeys",
		[AUTH_NOT_ACTIVE] = "signed with a key that is not the active one",
		[AUTH_BAD_DIGEST] = "digest does not match: the key differs, or the message was changed on its way",
		[AUTH_NOT_CHECKED] = "not verified",
	};

	return (unsigned)v < AUTH_VERDICTS ? texts[v] : "unknown";
}

enum auth_verdict auth_verify(struct auth *a, struct bytes token, struct bytes covered, bool any_index, unsigned *index)
{
	struct reader r = reader_over(token);
	uint64_t said;
	char digest[AUTH_DIGEST_MAX + 1];

	struct bytes number = reader_until(&r, ' ');
	if (r.failed || number.len > 9 || !bytes_to_u64(number, 10, &said) || (number.len > 1 && number.at[0] == '0'))
		return AUTH_MALFORMED;
	*index = (unsigned)said;
	/* An index that is not allowed is refused before a digest is computed, so a flood of such packets costs little
	 * time. */
	if (auth_method_of(a, *index) == AUTH_NONE)
		return AUTH_BAD_INDEX;
	if (!any_index && *index != a->active && !a->accept[*index])
		return AUTH_NOT_ACTIVE;
	size_t len = auth_digest(a, *index, covered, digest);
	struct bytes wanted = {(const uint8_t *)digest, len}, received = reader_take(&r, reader_left(&r));
	if (len == 0 || !bytes_equal_constant_time(wanted, received))
		return AUTH_BAD_DIGEST;
	return AUTH_OK;
}

bool auth_accepts(struct auth *receiver, struct auth *signer)
{
	char token[AUTH_TOKEN_MAX], digest[AUTH_DIGEST_MAX + 1];
	struct writer w = writer_over(token, sizeof token);
	struct bytes sample = bytes_of("any text");
	unsigned index;

	if (auth_digest(signer, signer->active, sample, digest) == 0)
		return false;
	writer_format(&w, "%u %s", signer->active, digest);
	return auth_verify(receiver, writer_done(&w), sample, false, &index) == AUTH_OK;
}
