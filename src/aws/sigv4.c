#include "aws/sigv4.h"

#include "aws/canonical.h"
#include "aws/sigv4_private.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/enc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	DAY_BYTES = 8,   /* "20210119" */
	KEY_BYTES = 512, /* "AWS4" and the secret */
};

/* ---- keys ---- */

/* The compiler may not leave this out, as it may a memset before free. */
static void forget(void *p, size_t len)
{
	explicit_bzero(p, len);
}

void sigv4_key_init(struct sigv4_key *key, const char *access_key,
	const char *secret, const char *token)
{
	*key = (struct sigv4_key){
		.access_key = xstrdup(access_key),
		.secret = xstrdup(secret),
		.token = token && token[0] ? xstrdup(token) : NULL,
	};
}

static void forget_string(char *s)
{
	if (s)
		forget(s, strlen(s));
	free(s);
}

void sigv4_key_release(struct sigv4_key *key)
{
	free(key->access_key);
	forget_string(key->secret);
	forget_string(key->token);
	forget(key, sizeof(*key));
}

static void add_span(struct buf *out, struct span s)
{
	buf_add(out, s.p, s.len);
}

static void add_scope(struct buf *out, const struct sigv4_scope *scope)
{
	add_span(out, scope->day);
	buf_addc(out, '/');
	add_span(out, scope->region);
	buf_addc(out, '/');
	add_span(out, scope->service);
	buf_adds(out, "/aws4_request");
}

/* date, region, service, "aws4_request": each keyed by the one before. */
static int derive_day_key(
	struct sigv4_key *key, const struct sigv4_scope *scope)
{
	struct buf AUTOBUF text;
	buf_init(&text, SIGV4_SCOPE_BYTES - 1);
	add_scope(&text, scope);
	if (text.overflow)
		return -E2BIG;
	if (strcmp(text.data, key->day_scope) == 0)
		return 0;
	uint8_t secret[KEY_BYTES];
	size_t len = strlen(key->secret);
	if (len > sizeof(secret) - 4)
		return -E2BIG;
	memcpy(secret, "AWS4", 4);
	memcpy(secret + 4, key->secret, len);
	uint8_t *out = key->day_key;
	hmac_sha256(secret, len + 4, scope->day.p, scope->day.len, out);
	hmac_sha256(out, SHA256_BYTES, scope->region.p, scope->region.len, out);
	hmac_sha256(
		out, SHA256_BYTES, scope->service.p, scope->service.len, out);
	hmac_sha256(out, SHA256_BYTES, "aws4_request", 12, out);
	forget(secret, sizeof(secret));
	memcpy(key->day_scope, text.data, text.len + 1);
	return 0;
}

/* ---- signing ---- */

void sigv4_signed_init(struct sigv4_signed *out)
{
	*out = (struct sigv4_signed){.date = ""};
	buf_init(&out->canonical, SIGV4_MAX_BYTES);
	buf_init(&out->string_to_sign, SIGV4_MAX_BYTES);
	buf_init(&out->signed_headers, SIGV4_MAX_BYTES);
	buf_init(&out->authorization, SIGV4_MAX_BYTES);
	buf_init(&out->query, SIGV4_MAX_BYTES);
}

void sigv4_signed_release(struct sigv4_signed *out)
{
	buf_release(&out->canonical);
	buf_release(&out->string_to_sign);
	buf_release(&out->signed_headers);
	buf_release(&out->authorization);
	buf_release(&out->query);
}

static void clear(struct sigv4_signed *out)
{
	buf_clear(&out->canonical);
	buf_clear(&out->string_to_sign);
	buf_clear(&out->signed_headers);
	buf_clear(&out->authorization);
	buf_clear(&out->query);
	out->signature[0] = '\0';
}

static bool is_overflown(const struct sigv4_signed *out)
{
	return out->canonical.overflow || out->string_to_sign.overflow ||
	       out->signed_headers.overflow || out->authorization.overflow ||
	       out->query.overflow;
}

static void set_time_and_hash(struct sigv4_signed *out, int64_t wall_ms,
	const struct sigv4_request *request)
{
	char date[CLOCK_ISO8601_BYTES];
	clock_format_amz(wall_ms, date);
	memcpy(out->date, date, SIGV4_DATE_BYTES - 1);
	out->date[SIGV4_DATE_BYTES - 1] = '\0';
	if (!request->body_sha256) {
		sha256_hex(request->body, request->body_len, out->body_sha256);
		return;
	}
	size_t len = strnlen(request->body_sha256, SHA256_HEX_BYTES - 1);
	memcpy(out->body_sha256, request->body_sha256, len);
	out->body_sha256[len] = '\0';
}

int sigv4_build_canonical(
	struct sigv4_signed *out, const struct sigv4_canon *from)
{
	struct buf *b = &out->canonical;
	buf_adds(b, from->method);
	buf_addc(b, '\n');
	int r = canonical_path(b, from->path, from->flags);
	buf_addc(b, '\n');
	if (r == 0)
		r = canonical_query(b, from->query, from->skip);
	buf_addc(b, '\n');
	if (r == 0)
		r = canonical_headers(b, &out->signed_headers, from->headers,
			from->header_count);
	buf_addc(b, '\n');
	buf_add(b, out->signed_headers.data, out->signed_headers.len);
	buf_addc(b, '\n');
	buf_adds(b, out->body_sha256);
	return r;
}

/* The canonical request is there: string to sign, key, signature. */
int sigv4_finish(struct sigv4_key *key, const struct sigv4_scope *scope,
	struct sigv4_signed *out)
{
	char hash[SHA256_HEX_BYTES];
	uint8_t mac[SHA256_BYTES];
	struct buf *b = &out->string_to_sign;
	sha256_hex(out->canonical.data, out->canonical.len, hash);
	buf_adds(b, SIGV4_ALGORITHM);
	buf_addc(b, '\n');
	buf_adds(b, out->date);
	buf_addc(b, '\n');
	add_scope(b, scope);
	buf_addc(b, '\n');
	buf_adds(b, hash);
	int r = derive_day_key(key, scope);
	if (r != 0)
		return r;
	hmac_sha256(key->day_key, SHA256_BYTES, b->data, b->len, mac);
	enc_hex(mac, sizeof(mac), out->signature);
	return is_overflown(out) ? -E2BIG : 0;
}

static struct sigv4_scope scope_of(
	const struct sigv4_params *params, const struct sigv4_signed *out)
{
	return (struct sigv4_scope){
		.day = {out->date, DAY_BYTES},
		.region = span_of(params->region),
		.service = span_of(params->service),
	};
}

static bool has_host(const struct sigv4_request *request)
{
	for (size_t i = 0; i < request->header_count; i++) {
		if (str_eq_nocase(request->headers[i].name, "host"))
			return true;
	}
	return false;
}

/* The request's headers and those that signing adds. */
static int collect_headers(struct sigv4_header list[SIGV4_MAX_HEADERS],
	const struct sigv4_key *key, const struct sigv4_params *params,
	const struct sigv4_request *request, const struct sigv4_signed *out)
{
	size_t n = request->header_count;
	if (n + 3 > SIGV4_MAX_HEADERS)
		return -E2BIG;
	if (!has_host(request))
		return -EINVAL;
	memcpy(list, request->headers, n * sizeof(*list));
	list[n++] = (struct sigv4_header){"x-amz-date", out->date};
	if (key->token && !(params->flags & SIGV4_TOKEN_UNSIGNED))
		list[n++] = (struct sigv4_header){
			"x-amz-security-token", key->token};
	if (params->flags & SIGV4_SEND_BODY_HASH)
		list[n++] = (struct sigv4_header){
			"x-amz-content-sha256", out->body_sha256};
	return (int)n;
}

static void add_authorization(const struct sigv4_key *key,
	const struct sigv4_scope *scope, struct sigv4_signed *out)
{
	struct buf *b = &out->authorization;
	buf_adds(b, SIGV4_ALGORITHM);
	buf_adds(b, " Credential=");
	buf_adds(b, key->access_key);
	buf_addc(b, '/');
	add_scope(b, scope);
	buf_adds(b, ", SignedHeaders=");
	buf_add(b, out->signed_headers.data, out->signed_headers.len);
	buf_adds(b, ", Signature=");
	buf_adds(b, out->signature);
}

int sigv4_sign(struct sigv4_key *key, const struct sigv4_params *params,
	const struct sigv4_request *request, struct sigv4_signed *out)
{
	struct sigv4_header headers[SIGV4_MAX_HEADERS];
	clear(out);
	set_time_and_hash(out, params->wall_ms, request);
	int count = collect_headers(headers, key, params, request, out);
	if (count < 0)
		return count;
	const struct sigv4_canon from = {
		.method = request->method,
		.path = request->path,
		.query = request->query,
		.headers = headers,
		.header_count = (size_t)count,
		.flags = params->flags,
	};
	int r = sigv4_build_canonical(out, &from);
	struct sigv4_scope scope = scope_of(params, out);
	if (r == 0)
		r = sigv4_finish(key, &scope, out);
	if (r != 0)
		return r;
	add_authorization(key, &scope, out);
	return is_overflown(out) ? -E2BIG : 0;
}

static void add_parameter(
	struct buf *query, const char *name, const char *value)
{
	if (query->len > 0)
		buf_addc(query, '&');
	buf_adds(query, name);
	buf_addc(query, '=');
	enc_percent(query, value, strlen(value));
}

/* All that is signed of the final query. */
static void add_parameters(const struct sigv4_key *key,
	const struct sigv4_params *params, const struct sigv4_scope *scope,
	struct sigv4_signed *out)
{
	struct buf AUTOBUF text;
	buf_init(&text, SIGV4_MAX_BYTES);
	buf_adds(&text, key->access_key);
	buf_addc(&text, '/');
	add_scope(&text, scope);
	add_parameter(&out->query, "X-Amz-Algorithm", SIGV4_ALGORITHM);
	add_parameter(&out->query, "X-Amz-Credential", text.data);
	add_parameter(&out->query, "X-Amz-Date", out->date);
	buf_clear(&text);
	buf_addf(&text, "%u", params->expires_s);
	add_parameter(&out->query, "X-Amz-Expires", text.data);
	if (key->token && !(params->flags & SIGV4_TOKEN_UNSIGNED))
		add_parameter(&out->query, "X-Amz-Security-Token", key->token);
	add_parameter(
		&out->query, "X-Amz-SignedHeaders", out->signed_headers.data);
}

/* The names must be known before the query that is signed with them. */
static int list_headers(
	const struct sigv4_request *request, struct sigv4_signed *out)
{
	int r = canonical_headers(&out->canonical, &out->signed_headers,
		request->headers, request->header_count);
	buf_clear(&out->canonical);
	return r;
}

int sigv4_presign(struct sigv4_key *key, const struct sigv4_params *params,
	const struct sigv4_request *request, struct sigv4_signed *out)
{
	clear(out);
	if (!has_host(request))
		return -EINVAL;
	set_time_and_hash(out, params->wall_ms, request);
	int r = list_headers(request, out);
	if (r != 0)
		return r;
	struct sigv4_scope scope = scope_of(params, out);
	add_span(&out->query, request->query);
	add_parameters(key, params, &scope, out);
	buf_clear(&out->signed_headers);
	const struct sigv4_canon from = {
		.method = request->method,
		.path = request->path,
		.query = {out->query.data, out->query.len},
		.headers = request->headers,
		.header_count = request->header_count,
		.flags = params->flags,
	};
	r = sigv4_build_canonical(out, &from);
	if (r == 0)
		r = sigv4_finish(key, &scope, out);
	if (r != 0)
		return r;
	add_parameter(&out->query, "X-Amz-Signature", out->signature);
	if (key->token && params->flags & SIGV4_TOKEN_UNSIGNED)
		add_parameter(&out->query, "X-Amz-Security-Token", key->token);
	return is_overflown(out) ? -E2BIG : 0;
}
