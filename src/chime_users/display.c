#include "chime_users/display.h"

#include "util/alloc.h"
#include "util/digest.h"
#include "util/enc.h"
#include "util/json.h"
#include "util/str.h"
#include "util/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_CHARACTERS = 100, MARK_BYTES = 900 };

/* The API's names know no controls and nothing outside the BMP. */
static void add_name(struct buf *out, const char *s, size_t len)
{
	for (size_t at = 0; at < len;) {
		uint32_t codepoint;
		size_t n = utf8_decode(s + at, len - at, &codepoint);
		if (n && codepoint <= 0xffff && codepoint < 0xfffe &&
			!utf8_is_control(codepoint))
			buf_add(out, s + at, n);
		at += n ? n : 1;
	}
}

char *display_name(
	const char *name_template, const char *person_id, const char *nick)
{
	struct buf name;
	buf_init(&name, 1024);
	const char *slash = strchr(person_id, '/');
	for (const char *p = name_template; *p;) {
		if (str_starts(p, "{nick}")) {
			add_name(&name, nick, strlen(nick));
			p += 6;
		} else if (str_starts(p, "{network}")) {
			add_name(&name, person_id,
				slash ? (size_t)(slash - person_id) : 0);
			p += 9;
		} else {
			uint32_t letter;
			size_t n = utf8_decode(p, strlen(p), &letter);
			add_name(&name, p, n);
			p += n ? n : 1;
		}
	}
	buf_truncate(&name, utf8_fit(name.data, name.len, NAME_CHARACTERS));
	if (!span_trim((struct span){name.data, name.len}).len) {
		buf_clear(&name);
		buf_adds(&name, "someone");
	}
	return buf_take(&name);
}

uint32_t display_sum(const char *name)
{
	uint8_t digest[SHA256_BYTES];
	uint32_t sum;
	sha256(name, strlen(name), digest);
	sum = (uint32_t)digest[0] << 24 | (uint32_t)digest[1] << 16 |
	      (uint32_t)digest[2] << 8 | digest[3];
	return sum ? sum : 1;
}

/* As it stands in the mark; owned. */
static char *person_word(const char *person_id)
{
	char hex[SHA256_HEX_BYTES];
	struct buf word;
	buf_init(&word, MARK_BYTES);
	enc_percent(&word, person_id, strlen(person_id));
	if (!word.overflow)
		return buf_take(&word);
	buf_release(&word);
	sha256_hex(person_id, strlen(person_id), hex);
	return xasprintf("sha256:%s", hex);
}

char *display_mark(const char *person_id)
{
	char *AUTOFREE word = person_word(person_id);
	json_t AUTOJSON *root =
		json_pack("{s:{s:i, s:s}}", "belfry", "v", 1, "person", word);
	return json_text(root);
}

enum display_owner display_owner(const char *metadata, const char *person_id)
{
	struct err err;
	json_t AUTOJSON *root =
		metadata && *metadata
			? json_parse_repaired(metadata, strlen(metadata), &err)
			: NULL;
	const char *said =
		json_get_string(json_object_get(root, "belfry"), "person");
	char *AUTOFREE word = person_word(person_id);
	if (!said)
		return DISPLAY_UNKNOWN;
	return str_eq(said, word) ? DISPLAY_OURS : DISPLAY_OTHERS;
}
