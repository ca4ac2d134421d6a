#include "aws/arn.h"

#include "util/alloc.h"

#include <errno.h>
#include <string.h>

enum { ARN_FIELDS = 4 };

static bool is_field_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '.';
}

static bool is_field(struct span s, size_t min)
{
	if (s.len < min || s.len > ARN_FIELD_MAX_BYTES)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!is_field_char(s.p[i]))
			return false;
	}
	return true;
}

/* [^/].{0,1023}, and no control characters: it goes into a header. */
static bool is_resource(struct span s)
{
	if (s.len == 0 || s.p[0] == '/')
		return false;
	size_t characters = 0;
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c < 0x20 || c == 0x7f)
			return false;
		characters += (c & 0xc0) != 0x80;
	}
	return characters <= ARN_RESOURCE_MAX_BYTES;
}

/* Cuts up to the colon; a field without one is no field. */
static struct span cut_field(struct span *rest)
{
	const char *colon = rest->p ? memchr(rest->p, ':', rest->len) : NULL;
	if (!colon)
		return (struct span){NULL, 0};
	struct span field = {rest->p, (size_t)(colon - rest->p)};
	rest->len -= field.len + 1;
	rest->p = colon + 1;
	return field;
}

int arn_parse(const char *s, struct arn *ret)
{
	size_t len = s ? strlen(s) : 0;
	if (len < ARN_MIN_BYTES || len > ARN_MAX_BYTES ||
		memcmp(s, "arn:", 4) != 0)
		return -EINVAL;
	struct span rest = {s + 4, len - 4};
	struct span fields[ARN_FIELDS];
	for (size_t i = 0; i < ARN_FIELDS; i++) {
		fields[i] = cut_field(&rest);
		if (!fields[i].p || !is_field(fields[i], i == 0 ? 1 : 0))
			return -EINVAL;
	}
	if (!is_resource(rest))
		return -EINVAL;
	*ret = (struct arn){
		.partition = fields[0],
		.service = fields[1],
		.region = fields[2],
		.account = fields[3],
		.resource = rest,
	};
	return 0;
}

bool arn_is_valid(const char *s)
{
	struct arn arn;
	return arn_parse(s, &arn) == 0;
}

static const struct {
	const char *word;
	enum arn_kind kind;
} child_kinds[] = {
	{"user", ARN_USER},
	{"bot", ARN_BOT},
	{"channel", ARN_CHANNEL},
};

static enum arn_kind kind_of_word(struct span word)
{
	for (size_t i = 0; i < ARRAY_LEN(child_kinds); i++) {
		if (span_is(word, child_kinds[i].word))
			return child_kinds[i].kind;
	}
	return ARN_OTHER;
}

/* Also finds where the app instance's own part of the resource ends. */
static enum arn_kind parse_chime(const char *s, size_t *ret_prefix_len)
{
	struct arn arn;
	if (arn_parse(s, &arn) != 0 || !span_is(arn.service, "chime"))
		return ARN_OTHER;
	struct span rest = arn.resource;
	struct span word = span_cut(&rest, '/');
	struct span id = span_cut(&rest, '/');
	if (!span_is(word, "app-instance") || id.len == 0)
		return ARN_OTHER;
	*ret_prefix_len = (size_t)(id.p + id.len - s);
	if (!rest.p)
		return ARN_APP_INSTANCE;
	enum arn_kind kind = kind_of_word(span_cut(&rest, '/'));
	bool one_id = rest.len > 0 && !memchr(rest.p, '/', rest.len);
	return one_id ? kind : ARN_OTHER;
}

enum arn_kind arn_kind(const char *s)
{
	size_t prefix_len;
	return parse_chime(s, &prefix_len);
}

struct span arn_app_instance(const char *s)
{
	size_t len = 0;
	if (parse_chime(s, &len) == ARN_OTHER)
		return (struct span){NULL, 0};
	return (struct span){s, len};
}

bool arn_same_app_instance(const char *a, const char *b)
{
	struct span left = arn_app_instance(a);
	struct span right = arn_app_instance(b);
	return left.p && right.p && left.len == right.len &&
	       memcmp(left.p, right.p, left.len) == 0;
}

const char *arn_last_id(const char *s)
{
	const char *slash = s ? strrchr(s, '/') : NULL;
	return slash ? slash + 1 : "";
}

char *arn_new_app_instance(const char *partition, const char *region,
	const char *account, const char *id)
{
	return xasprintf("arn:%s:chime:%s:%s:app-instance/%s", partition,
		region, account, id);
}

char *arn_new_child(
	const char *app_instance_arn, enum arn_kind kind, const char *id)
{
	const char *word = "user";
	for (size_t i = 0; i < ARRAY_LEN(child_kinds); i++) {
		if (child_kinds[i].kind == kind)
			word = child_kinds[i].word;
	}
	return xasprintf("%s/%s/%s", app_instance_arn, word, id);
}
