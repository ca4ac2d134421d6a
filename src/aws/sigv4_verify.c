/* The server's half of sigv4.h: reads the signature a request carries, makes
 * the one it should carry, compares. */
#include "aws/sigv4.h"

#include "aws/sigv4_private.h"
#include "util/clock.h"
#include "util/enc.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
	SIGNATURE_CHARS = 2 * SHA256_BYTES,
	DATE_CHARS = SIGV4_DATE_BYTES - 1,
	DAY_CHARS = 8,
	MAX_EXPIRES_S = 7 * 24 * 3600,
	VALUE_BYTES = 8192, /* of one X-Amz-* query parameter */
};

/* What a request says about its own signature. Spans borrow from the request
 * or, for the query form, from `text`. */
struct claim {
	bool presigned;
	struct span access_key;
	struct sigv4_scope scope;
	struct span signed_headers;
	struct span signature;
	struct span token; /* {NULL, 0}: none */
	char date[SIGV4_DATE_BYTES];
	int64_t expires_s; /* presigned */
	struct buf text;   /* decoded query values */
};

static const char *find_header(
	const struct sigv4_request *request, const char *name)
{
	for (size_t i = 0; i < request->header_count; i++) {
		if (str_eq_nocase(request->headers[i].name, name))
			return request->headers[i].value;
	}
	return NULL;
}

static struct span trimmed(const char *value)
{
	return value ? span_trim(span_of(value)) : (struct span){NULL, 0};
}

/* KEY/20210119/region/service/aws4_request; a key id holds no slash. */
static bool parse_credential(struct span s, struct claim *claim)
{
	claim->access_key = span_cut(&s, '/');
	claim->scope.day = span_cut(&s, '/');
	claim->scope.region = span_cut(&s, '/');
	claim->scope.service = span_cut(&s, '/');
	return span_is(s, "aws4_request") && claim->access_key.len > 0 &&
	       claim->access_key.len < SIGV4_ACCESS_KEY_BYTES &&
	       claim->scope.day.len == DAY_CHARS;
}

static bool parse_date(struct span s, struct claim *claim)
{
	if (s.len != DATE_CHARS || s.p[DAY_CHARS] != 'T' ||
		s.p[DATE_CHARS - 1] != 'Z')
		return false;
	for (size_t i = 0; i < DATE_CHARS - 1; i++) {
		bool digit = s.p[i] >= '0' && s.p[i] <= '9';
		if (!digit && i != DAY_CHARS)
			return false;
	}
	memcpy(claim->date, s.p, DATE_CHARS);
	claim->date[DATE_CHARS] = '\0';
	return true;
}

static bool parse_authorization(struct span s, struct claim *claim)
{
	static const char prefix[] = SIGV4_ALGORITHM " ";
	size_t skip = sizeof(prefix) - 1;
	bool credential = false;
	if (s.len < skip || memcmp(s.p, prefix, skip) != 0)
		return false;
	s.p += skip;
	s.len -= skip;
	while (s.p) {
		struct span value = span_trim(span_cut(&s, ','));
		struct span name = span_cut(&value, '=');
		if (!value.p)
			return false;
		if (span_is(name, "Credential"))
			credential = parse_credential(value, claim);
		else if (span_is(name, "SignedHeaders"))
			claim->signed_headers = value;
		else if (span_is(name, "Signature"))
			claim->signature = value;
	}
	return credential;
}

static enum sigv4_verdict read_header_form(
	const struct sigv4_request *request, struct claim *claim)
{
	struct span authorization =
		trimmed(find_header(request, "authorization"));
	struct span date = trimmed(find_header(request, "x-amz-date"));
	claim->token = trimmed(find_header(request, "x-amz-security-token"));
	if (!parse_authorization(authorization, claim) ||
		!parse_date(date, claim))
		return SIGV4_MALFORMED;
	return SIGV4_OK;
}

/*
 * The decoded value of a parameter, kept in claim->text, whose memory never
 * moves: it has been grown to its ceiling before. {NULL, 0}: absent.
 */
static struct span query_value(
	struct claim *claim, struct span query, const char *wanted)
{
	while (query.p) {
		struct span value = span_cut(&query, '&');
		struct span name = span_cut(&value, '=');
		if (!span_is(name, wanted) || !value.p)
			continue;
		size_t start = claim->text.len;
		if (value.len && enc_percent_decode(
					 &claim->text, value.p, value.len) != 0)
			break;
		return (struct span){
			claim->text.data + start, claim->text.len - start};
	}
	return (struct span){NULL, 0};
}

static void grow_to(struct buf *b, size_t size)
{
	char zeros[256] = {0};
	while (b->len + sizeof(zeros) <= size)
		buf_add(b, zeros, sizeof(zeros));
	buf_clear(b);
}

static bool parse_expires(struct span s, struct claim *claim)
{
	char text[16];
	uint64_t seconds;
	if (s.len == 0 || s.len >= sizeof(text))
		return false;
	memcpy(text, s.p, s.len);
	text[s.len] = '\0';
	if (parse_u64(text, MAX_EXPIRES_S, &seconds) != 0)
		return false;
	claim->expires_s = (int64_t)seconds;
	return true;
}

static enum sigv4_verdict read_query_form(
	const struct sigv4_request *request, struct claim *claim)
{
	struct span query = request->query;
	if (query.len > VALUE_BYTES)
		return SIGV4_MALFORMED;
	grow_to(&claim->text, 2 * VALUE_BYTES);
	struct span algorithm = query_value(claim, query, "X-Amz-Algorithm");
	claim->presigned = true;
	claim->token = query_value(claim, query, "X-Amz-Security-Token");
	claim->signature = query_value(claim, query, "X-Amz-Signature");
	claim->signed_headers =
		query_value(claim, query, "X-Amz-SignedHeaders");
	struct span credential = query_value(claim, query, "X-Amz-Credential");
	struct span date = query_value(claim, query, "X-Amz-Date");
	struct span expires = query_value(claim, query, "X-Amz-Expires");
	if (!parse_credential(credential, claim))
		return SIGV4_MALFORMED;
	bool fit = span_is(algorithm, SIGV4_ALGORITHM) &&
		   parse_date(date, claim) && parse_expires(expires, claim);
	return fit ? SIGV4_OK : SIGV4_MALFORMED;
}

static bool has_query_signature(const struct sigv4_request *request)
{
	struct span query = request->query;
	while (query.p) {
		struct span value = span_cut(&query, '&');
		struct span name = span_cut(&value, '=');
		if (span_is(name, "X-Amz-Signature") ||
			span_is(name, "X-Amz-Algorithm"))
			return true;
	}
	return false;
}

static enum sigv4_verdict read_claim(
	const struct sigv4_request *request, struct claim *claim)
{
	enum sigv4_verdict verdict = SIGV4_MISSING;
	if (find_header(request, "authorization"))
		verdict = read_header_form(request, claim);
	else if (has_query_signature(request))
		verdict = read_query_form(request, claim);
	if (verdict != SIGV4_OK)
		return verdict;
	bool complete = claim->signed_headers.len > 0 &&
			claim->signature.len == SIGNATURE_CHARS;
	return complete ? SIGV4_OK : SIGV4_MALFORMED;
}

/* ---- judging ---- */

static bool is_wanted(struct span got, const char *wanted)
{
	return !wanted || span_is(got, wanted);
}

static enum sigv4_verdict check_scope(
	const struct sigv4_check *check, const struct claim *claim)
{
	bool fit = is_wanted(claim->scope.region, check->region) &&
		   is_wanted(claim->scope.service, check->service) &&
		   memcmp(claim->date, claim->scope.day.p, DAY_CHARS) == 0;
	return fit ? SIGV4_OK : SIGV4_WRONG_SCOPE;
}

static int date_to_wall_ms(const char *date, int64_t *ret)
{
	char iso[CLOCK_ISO8601_BYTES];
	snprintf(iso, sizeof(iso), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", date,
		date + 4, date + 6, date + 9, date + 11, date + 13);
	return clock_parse_iso8601(iso, ret);
}

static enum sigv4_verdict check_time(
	const struct sigv4_check *check, const struct claim *claim)
{
	int64_t signed_ms;
	if (date_to_wall_ms(claim->date, &signed_ms) != 0)
		return SIGV4_MALFORMED;
	if (check->skew_s == 0)
		return SIGV4_OK;
	int64_t age_ms = check->wall_ms - signed_ms;
	int64_t oldest_s = claim->presigned ? claim->expires_s : check->skew_s;
	bool fit = age_ms <= oldest_s * 1000 && age_ms >= -check->skew_s * 1000;
	return fit ? SIGV4_OK : SIGV4_SKEWED;
}

static bool is_listed(struct span list, const char *name)
{
	while (list.p) {
		if (span_is_nocase(span_cut(&list, ';'), name))
			return true;
	}
	return false;
}

static enum sigv4_verdict check_signed_headers(
	const struct sigv4_request *request, const struct claim *claim)
{
	static const char amz[] = "x-amz-";
	if (!is_listed(claim->signed_headers, "host"))
		return SIGV4_UNSIGNED_HEADER;
	for (size_t i = 0; i < request->header_count; i++) {
		char start[sizeof(amz)] = "";
		const char *name = request->headers[i].name;
		memcpy(start, name, strnlen(name, sizeof(amz) - 1));
		if (str_eq_nocase(start, amz) &&
			!is_listed(claim->signed_headers, name))
			return SIGV4_UNSIGNED_HEADER;
	}
	return SIGV4_OK;
}

static bool is_same_token(
	const struct sigv4_key *key, const struct claim *claim)
{
	if (!key->token)
		return true;
	size_t len = strlen(key->token);
	return claim->token.len == len &&
	       digest_equal(claim->token.p, key->token, len);
}

/* The received headers that the signature covers, of every repetition. */
static int pick_headers(const struct sigv4_request *request,
	const struct claim *claim,
	struct sigv4_header picked[SIGV4_MAX_HEADERS])
{
	int count = 0;
	for (size_t i = 0; i < request->header_count; i++) {
		if (!is_listed(claim->signed_headers, request->headers[i].name))
			continue;
		if (count == SIGV4_MAX_HEADERS)
			return -E2BIG;
		picked[count++] = request->headers[i];
	}
	return count;
}

/* A client that sends the hash of the body must send the right one. */
static bool is_hash_honest(
	const struct sigv4_request *request, const struct sigv4_signed *out)
{
	const char *sent = find_header(request, "x-amz-content-sha256");
	return !sent || span_is_nocase(trimmed(sent), out->body_sha256);
}

static void set_body_hash(
	const struct sigv4_request *request, struct sigv4_signed *out)
{
	if (request->body_sha256)
		snprintf(out->body_sha256, sizeof(out->body_sha256), "%s",
			request->body_sha256);
	else
		sha256_hex(request->body, request->body_len, out->body_sha256);
}

static int make_signature(struct sigv4_key *key,
	const struct sigv4_check *check, const struct sigv4_request *request,
	const struct claim *claim, struct sigv4_signed *out)
{
	struct sigv4_header headers[SIGV4_MAX_HEADERS];
	int count = pick_headers(request, claim, headers);
	if (count < 0)
		return count;
	const struct sigv4_canon from = {
		.method = request->method,
		.path = request->path,
		.query = request->query,
		.skip = claim->presigned ? "X-Amz-Signature" : NULL,
		.headers = headers,
		.header_count = (size_t)count,
		.flags = check->flags,
	};
	memcpy(out->date, claim->date, SIGV4_DATE_BYTES);
	int r = sigv4_build_canonical(out, &from);
	return r == 0 ? sigv4_finish(key, &claim->scope, out) : r;
}

static enum sigv4_verdict check_signature(struct sigv4_key *key,
	const struct sigv4_check *check, const struct sigv4_request *request,
	const struct claim *claim)
{
	struct sigv4_signed out;
	sigv4_signed_init(&out);
	set_body_hash(request, &out);
	bool fit = make_signature(key, check, request, claim, &out) == 0 &&
		   is_hash_honest(request, &out) &&
		   digest_equal(
			   out.signature, claim->signature.p, SIGNATURE_CHARS);
	sigv4_signed_release(&out);
	return fit ? SIGV4_OK : SIGV4_MISMATCH;
}

static enum sigv4_verdict judge(const struct sigv4_check *check,
	const struct sigv4_request *request, const struct claim *claim,
	const char *access_key)
{
	struct sigv4_key *key = check->lookup(access_key, check->arg);
	if (!key || !is_same_token(key, claim))
		return SIGV4_UNKNOWN_KEY;
	enum sigv4_verdict verdict = check_scope(check, claim);
	if (verdict == SIGV4_OK)
		verdict = check_time(check, claim);
	if (verdict == SIGV4_OK)
		verdict = check_signed_headers(request, claim);
	if (verdict == SIGV4_OK)
		verdict = check_signature(key, check, request, claim);
	return verdict;
}

enum sigv4_verdict sigv4_verify(const struct sigv4_check *check,
	const struct sigv4_request *request, char *ret_access_key)
{
	char access_key[SIGV4_ACCESS_KEY_BYTES] = "";
	struct claim claim = {.presigned = false};
	buf_init(&claim.text, 2 * VALUE_BYTES);
	enum sigv4_verdict verdict = read_claim(request, &claim);
	size_t len = claim.access_key.len;
	if (len < sizeof(access_key) && len > 0) {
		memcpy(access_key, claim.access_key.p, len);
		access_key[len] = '\0';
	}
	if (verdict == SIGV4_OK)
		verdict = judge(check, request, &claim, access_key);
	buf_release(&claim.text);
	if (ret_access_key)
		memcpy(ret_access_key, access_key, sizeof(access_key));
	return verdict;
}

const char *sigv4_verdict_text(enum sigv4_verdict verdict)
{
	static const char *const texts[] = {
		[SIGV4_OK] = "ok",
		[SIGV4_MISSING] = "the request is not signed",
		[SIGV4_MALFORMED] = "the signature cannot be read",
		[SIGV4_UNKNOWN_KEY] = "unknown access key or session token",
		[SIGV4_WRONG_SCOPE] =
			"signed for another date, region or service",
		[SIGV4_SKEWED] = "signature expired or not yet current",
		[SIGV4_UNSIGNED_HEADER] =
			"host and every x-amz-* header must be signed",
		[SIGV4_MISMATCH] = "the signature does not match",
	};
	return texts[verdict];
}
