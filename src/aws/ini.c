#include "aws/ini.h"

#include <string.h>

void ini_init(struct ini *ini, struct span text)
{
	*ini = (struct ini){.rest = text, .section = {"", 0}};
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool is_comment(char c)
{
	return c == '#' || c == ';';
}

/* Cuts a comment, which begins after a blank: a secret may hold a '#'. */
static struct span without_comment(struct span s)
{
	for (size_t i = 1; i < s.len; i++) {
		if (is_comment(s.p[i]) && is_blank(s.p[i - 1])) {
			s.len = i;
			break;
		}
	}
	return span_trim(s);
}

/* "[name]" and what may follow it; false when it is none. */
static bool parse_section(struct span line, struct span *ret)
{
	if (line.len == 0 || line.p[0] != '[')
		return false;
	const char *end = memchr(line.p, ']', line.len);
	if (!end)
		return false;
	*ret = span_trim((struct span){line.p + 1, (size_t)(end - line.p) - 1});
	return true;
}

static bool parse_setting(
	struct span line, const struct ini *ini, struct ini_setting *ret)
{
	/* An indented line belongs to the nested setting above it. */
	if (line.len == 0 || is_blank(line.p[0]) || is_comment(line.p[0]))
		return false;
	struct span value = line;
	struct span key = span_cut(&value, '=');
	if (!value.p)
		return false;
	*ret = (struct ini_setting){
		.section = ini->section,
		.key = span_trim(key),
		.value = without_comment(span_trim(value)),
	};
	return ret->key.len > 0;
}

bool ini_next(struct ini *ini, struct ini_setting *ret)
{
	while (ini->rest.p) {
		struct span line = span_cut(&ini->rest, '\n');
		if (parse_section(line, &ini->section))
			continue;
		if (parse_setting(line, ini, ret))
			return true;
	}
	return false;
}

/* "profile name" in the config file, but for "default"; "name" in the other. */
static bool is_profile(
	struct span section, enum ini_kind kind, const char *profile)
{
	if (kind == INI_CREDENTIALS || strcmp(profile, "default") == 0) {
		if (span_is(section, profile))
			return true;
	}
	struct span rest = section;
	struct span word = span_cut(&rest, ' ');
	return kind == INI_CONFIG && rest.p && span_is(word, "profile") &&
	       span_is(span_trim(rest), profile);
}

bool ini_has_profile(struct span text, enum ini_kind kind, const char *profile)
{
	while (text.p) {
		struct span section;
		struct span line = span_cut(&text, '\n');
		if (parse_section(line, &section) &&
			is_profile(section, kind, profile))
			return true;
	}
	return false;
}

bool ini_get(struct span text, const struct ini_query *query, struct span *ret)
{
	struct ini ini;
	struct ini_setting setting;
	bool found = false;
	ini_init(&ini, text);
	while (ini_next(&ini, &setting)) {
		if (!span_is_nocase(setting.key, query->key) ||
			setting.value.len == 0 ||
			!is_profile(
				setting.section, query->kind, query->profile))
			continue;
		*ret = setting.value;
		found = true;
	}
	return found;
}
