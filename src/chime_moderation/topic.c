#include "chime_moderation/topic.h"

#include "util/alloc.h"
#include "util/buf.h"
#include "util/json.h"
#include "util/str.h"
#include "util/utf8.h"

#include <stdlib.h>
#include <string.h>

static const char key[] = "topic";
static const char ellipsis[] = "\xe2\x80\xa6";

enum { TEXT_BYTES = 64 * 1024 };

/* ---- reading ---- */

static bool is_blank(const char *text)
{
	return !text || !span_trim(span_of(text)).len;
}

/* NULL: foreign. */
static json_t *object_of(const char *metadata)
{
	struct err err;
	json_t *object = json_parse_strict(metadata, strlen(metadata), &err);
	const json_t *topic = json_object_get(object, key);
	if (json_is_object(object) && (!topic || json_is_string(topic)))
		return object;
	json_decref(object);
	return NULL;
}

char *topic_read(const char *metadata)
{
	if (is_blank(metadata))
		return xstrdup("");
	json_t AUTOJSON *object = object_of(metadata);
	return object ? xstrdup(str_or_empty(json_get_string(object, key)))
		      : NULL;
}

/* ---- where it stands ---- */

static const char *skip_blanks(const char *p)
{
	return p + strspn(p, " \t\r\n");
}

/* Behind the string that begins here; the text is valid JSON. */
static const char *skip_string(const char *p)
{
	for (p++; *p && *p != '"'; p++)
		if (*p == '\\' && p[1])
			p++;
	return *p ? p + 1 : p;
}

/* Behind the value that begins here. */
static const char *skip_value(const char *p)
{
	int depth = 0;
	while (*p) {
		if (*p == '"') {
			p = skip_string(p);
		} else if (*p == '{' || *p == '[') {
			depth++;
			p++;
		} else if (depth && (*p == '}' || *p == ']')) {
			depth--;
			p++;
		} else if (!depth && strchr(",}] \t\r\n", *p)) {
			break;
		} else {
			p++;
		}
	}
	return p;
}

static bool is_key(const char *p, const char *end)
{
	struct span text = {p, (size_t)(end - p)};
	return span_is(text, "\"topic\"");
}

/* The value of our member in the text of an object. */
static bool find_value(const char *text, struct span *ret)
{
	const char *p = skip_blanks(text);
	for (p = skip_blanks(p + 1); *p == '"'; p = skip_blanks(p + 1)) {
		const char *end = skip_string(p);
		const char *value = skip_blanks(end);
		if (*value != ':')
			return false;
		value = skip_blanks(value + 1);
		const char *behind = skip_value(value);
		if (is_key(p, end)) {
			*ret = (struct span){value, (size_t)(behind - value)};
			return true;
		}
		p = skip_blanks(behind);
		if (*p != ',')
			return false;
	}
	return false;
}

/* ---- writing ---- */

static char *cleaned(const char *text)
{
	struct buf AUTOBUF whole;
	struct buf out;
	buf_init(&whole, 2 * TEXT_BYTES);
	buf_init(&out, 2 * TEXT_BYTES);
	utf8_repair(&whole, text, strnlen(text, TEXT_BYTES / 2));
	for (size_t at = 0; at < whole.len;) {
		uint32_t letter;
		size_t n =
			utf8_decode(whole.data + at, whole.len - at, &letter);
		if (n && !utf8_is_control(letter))
			buf_add(&out, whole.data + at, n);
		at += n ? n : 1;
	}
	return buf_take(&out);
}

/* With the first `len` bytes of the topic; `value` is what it replaces, or the
 * empty place where the member goes. */
static char *composed(const char *metadata, struct span value, bool has_key,
	const char *topic, size_t len)
{
	bool is_cut = topic[len] != '\0';
	char *AUTOFREE text =
		xasprintf("%.*s%s", (int)len, topic, is_cut ? ellipsis : "");
	json_t AUTOJSON *string = json_string(text);
	char *AUTOFREE quoted = json_dumps(string, JSON_ENCODE_ANY);
	const char *behind = value.p + value.len;
	bool is_alone = *skip_blanks(behind) == '}';
	if (!quoted)
		abort();
	return xasprintf("%.*s%s%s%s%s", (int)(value.p - metadata), metadata,
		has_key ? "" : "\"topic\":", quoted,
		has_key || is_alone ? "" : ",", behind);
}

/* Longer pieces are tried first. */
static char *fitted(const char *metadata, struct span value, bool has_key,
	const char *topic)
{
	size_t len = strlen(topic);
	size_t max = len;
	for (;;) {
		char *text = composed(metadata, value, has_key, topic, len);
		size_t bytes = strlen(text);
		if (bytes <= CHANNEL_METADATA_BYTES)
			return text;
		free(text);
		if (!len)
			return NULL;
		/* An escape is six bytes at most. */
		size_t less = (bytes - CHANNEL_METADATA_BYTES) / 6 + 1;
		max = less < max ? max - less : 0;
		len = utf8_fit(topic, strlen(topic), max);
	}
}

char *topic_write(const char *metadata, const char *topic)
{
	const char *text = is_blank(metadata) ? "{}" : metadata;
	json_t AUTOJSON *object = object_of(text);
	char *AUTOFREE said = cleaned(topic);
	struct span value;
	if (!object)
		return NULL;
	bool has_key = find_value(text, &value);
	/* The same key in other letters (escapes): leave it alone. */
	if (has_key != (json_object_get(object, key) != NULL))
		return NULL;
	if (!has_key && !*said)
		return xstrdup(str_or_empty(metadata));
	if (!has_key)
		value = (struct span){strchr(text, '{') + 1, 0};
	return fitted(text, value, has_key, said);
}

/* ---- names ---- */

static void add_name(struct buf *out, const char *text)
{
	size_t len = strlen(text);
	for (size_t at = 0; at < len;) {
		uint32_t letter;
		size_t n = utf8_decode(text + at, len - at, &letter);
		if (n && letter <= 0xffff && letter < 0xfffe)
			buf_add(out, text + at, n);
		else
			utf8_encode(out, 0xfffd);
		at += n ? n : 1;
	}
}

/* The first byte behind so many characters. */
static size_t behind(const struct buf *text, size_t characters)
{
	size_t at = 0;
	while (characters-- && at < text->len) {
		uint32_t letter;
		size_t n =
			utf8_decode(text->data + at, text->len - at, &letter);
		at += n ? n : 1;
	}
	return at;
}

char *topic_name(const char *name)
{
	char *AUTOFREE said = cleaned(name);
	struct buf out;
	if (is_blank(said))
		return NULL;
	buf_init(&out, 2 * TEXT_BYTES);
	add_name(&out, said);
	if (utf8_length(out.data, out.len) > CHANNEL_NAME_CHARACTERS) {
		size_t max = behind(&out, CHANNEL_NAME_CHARACTERS - 1);
		buf_truncate(&out, utf8_fit(out.data, out.len, max));
		buf_adds(&out, ellipsis);
	}
	return buf_take(&out);
}
