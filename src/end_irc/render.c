#include "end_irc/render.h"

#include "irc/format.h"
#include "irc_words/shown_name.h"
#include "irc_words/words.h"
#include "util/str.h"
#include "util/utf8.h"

#include <errno.h>
#include <string.h>

/* Before who says it, behind the text. */
#define SPEAKER "\x01"

static const struct {
	enum event_kind kind;
	char letter;
	const char *command;
} kind_rows[] = {
	{EVENT_MESSAGE, 'm', "PRIVMSG"},
	{EVENT_ACTION, 'a', "PRIVMSG"},
	{EVENT_NOTICE, 'n', "NOTICE"},
};

static void add_prefix(struct buf *out, const struct event *event,
	const struct render_params *params)
{
	const struct person *who = &event->sender;
	if (event->kind == EVENT_ACTION) {
		buf_adds(out, "* ");
		shown_name(out, str_or_empty(who->name), params->anti_ping);
		buf_addc(out, ' ');
		return;
	}
	for (const char *p = params->nick_template; *p;) {
		if (str_starts(p, "{name}")) {
			shown_name(out, str_or_empty(who->name),
				params->anti_ping);
			p += 6;
		} else if (str_starts(p, "{id}")) {
			shown_name(out, str_last_part(who->id), false);
			p += 4;
		} else {
			/* Of a character beyond ASCII, one byte. */
			bool is_plain = (unsigned char)*p >= 0x80 ||
					!utf8_is_control((unsigned char)*p);
			if (is_plain)
				buf_addc(out, *p);
			p++;
		}
	}
}

/* An id that could be taken for something else is none. */
static bool is_showable(const struct person *who)
{
	if (who->is_unshown || !*who->id ||
		strnlen(who->id, RENDER_ID_BYTES) == RENDER_ID_BYTES)
		return false;
	for (const char *p = who->id; *p; p++)
		if (*p <= ' ' || *p >= 0x7f)
			return false;
	return true;
}

static void add_speaker(struct buf *out, const struct person *who)
{
	bool is_shown = is_showable(who);
	buf_adds(out, is_shown ? SPEAKER "s" : SPEAKER "u");
	buf_adds(out, is_shown ? who->id : "");
	buf_addc(out, '\n');
	shown_name(out, str_or_empty(who->name), false);
}

int render_payload(struct buf *out, const struct event *event,
	const struct render_params *params)
{
	struct buf AUTOBUF text;
	struct buf AUTOBUF prefix;
	buf_init(&text, RENDER_PAYLOAD_BYTES);
	buf_init(&prefix, 4096);
	words_to_irc(&text, event->text);
	if (text.overflow)
		return -EMSGSIZE;
	struct buf AUTOBUF bare;
	buf_init(&bare, RENDER_PAYLOAD_BYTES);
	irc_format_strip(&bare, text.data, text.len);
	if (!span_trim((struct span){bare.data, bare.len}).len)
		return -ENODATA;
	add_prefix(&prefix, event, params);
	buf_truncate(&prefix,
		utf8_fit(prefix.data, prefix.len, RENDER_PREFIX_BYTES));
	buf_addc(out, '2');
	buf_addc(out, kind_rows[event->kind].letter);
	buf_add(out, prefix.data, prefix.len);
	buf_addc(out, '\n');
	buf_add(out, text.data, text.len);
	add_speaker(out, &event->sender);
	return out->overflow ? -EMSGSIZE : 0;
}

/* Takes the speaker off the end of the text. */
static int read_speaker(struct rendered *r)
{
	const char *mark = memchr(r->text, *SPEAKER, r->text_len);
	size_t len;
	if (!mark)
		return -EINVAL;
	struct span rest = {
		mark + 1, r->text_len - (size_t)(mark + 1 - r->text)};
	len = (size_t)(mark - r->text);
	if (!rest.len)
		return -EINVAL;
	r->is_unshown = *rest.p != 's';
	rest.p++;
	rest.len--;
	r->id = span_cut(&rest, '\n');
	if (!rest.p)
		return -EINVAL;
	r->name = rest;
	r->text_len = len;
	return 0;
}

int render_read(struct rendered *ret, const char *payload, size_t len)
{
	struct rendered r = {.is_unshown = true};
	if (len < 3 || (payload[0] != '1' && payload[0] != '2'))
		return -EINVAL;
	const char *end = memchr(payload, '\n', len);
	if (!end)
		return -EINVAL;
	for (size_t i = 0; i < ARRAY_LEN(kind_rows); i++) {
		if (payload[1] != kind_rows[i].letter)
			continue;
		r.command = kind_rows[i].command;
		r.is_action = kind_rows[i].kind == EVENT_ACTION;
		r.prefix = payload + 2;
		r.prefix_len = (size_t)(end - payload) - 2;
		r.text = end + 1;
		r.text_at = (size_t)(end + 1 - payload);
		r.text_len = len - r.text_at;
		if (payload[0] == '2' && read_speaker(&r) < 0)
			return -EINVAL;
		*ret = r;
		return 0;
	}
	return -EINVAL;
}
