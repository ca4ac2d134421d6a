#include "chime_users/userid.h"

#include "util/alloc.h"
#include "util/digest.h"
#include "util/str.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const char mark[] = "irc:";

static bool is_kept(char c, bool last)
{
	if (isalnum((unsigned char)c) && (unsigned char)c < 0x80)
		return true;
	return !last && c && strchr("-_@", c);
}

static void escape(struct buf *out, const char *id)
{
	const char *slash = strchr(id, '/');
	buf_adds(out, mark);
	for (const char *p = id; *p; p++) {
		if (p == slash && p[1])
			buf_addc(out, ':');
		else if (is_kept(*p, !p[1]))
			buf_addc(out, *p);
		else
			buf_addf(out, ".%02x", (unsigned char)*p);
	}
}

/* Shortened: never ends inside an escape that another id could share. */
static void shorten(struct buf *out, const char *of)
{
	char hex[SHA256_HEX_BYTES];
	sha256_hex(of, strlen(of), hex);
	buf_truncate(out, USERID_BYTES - 1 - 2 - 16);
	buf_addf(out, "..%.16s", hex);
}

void userid_make(char out[USERID_BYTES], const char *person_id)
{
	struct buf AUTOBUF id;
	buf_init(&id, 8192);
	escape(&id, person_id);
	if (id.len > USERID_BYTES - 1 || id.overflow || id.len < 5)
		shorten(&id, person_id);
	snprintf(out, USERID_BYTES, "%s", id.data);
}

/* No person's id has a line break: none is shortened to the same. */
void userid_variant(
	char out[USERID_BYTES], const char *person_id, unsigned variant)
{
	struct buf AUTOBUF id;
	buf_init(&id, 8192);
	if (!variant) {
		userid_make(out, person_id);
		return;
	}
	char *AUTOFREE of = xasprintf("%u\n%s", variant, person_id);
	escape(&id, person_id);
	shorten(&id, of);
	snprintf(out, USERID_BYTES, "%s", id.data);
}

bool userid_is_ours(const char *user_id)
{
	return str_starts(user_id, mark);
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;
	return at ? (int)(at - digits) : -1;
}

static int unescape(struct buf *out, const char *p)
{
	bool slash = false;
	for (; *p; p++) {
		if (*p == ':' && !slash) {
			slash = true;
			buf_addc(out, '/');
			continue;
		}
		if (*p != '.') {
			buf_addc(out, *p);
			continue;
		}
		int high = hex_digit(p[1]);
		int low = high < 0 ? -1 : hex_digit(p[2]);
		if (low < 0)
			return -EINVAL;
		buf_addc(out, (char)(high * 16 + low));
		p += 2;
	}
	return 0;
}

int userid_read(struct buf *out, const char *user_id)
{
	struct buf AUTOBUF person;
	char again[USERID_BYTES];
	buf_init(&person, USERID_BYTES);
	if (!userid_is_ours(user_id))
		return -EINVAL;
	if (strstr(user_id, ".."))
		return -ERANGE;
	if (unescape(&person, user_id + strlen(mark)) < 0)
		return -EINVAL;
	/* One person has one id: what reads the same is not the same. */
	userid_make(again, person.data);
	if (!str_eq(again, user_id))
		return -EINVAL;
	buf_add(out, person.data, person.len);
	return 0;
}
