#include "end_irc/render.h"

#include "irc/format.h"
#include "irc/split.h"
#include "util/str.h"
#include "util/utf8.h"

#include <errno.h>
#include <string.h>

/* Before who says it, behind the text. */
#define SPEAKER "\x01"

static const struct {
	unsigned text;
	unsigned irc;
} style_rows[] = {
	{TEXT_BOLD, IRC_BOLD},
	{TEXT_ITALIC, IRC_ITALIC},
	{TEXT_UNDERLINE, IRC_UNDERLINE},
	{TEXT_STRIKE, IRC_STRIKE},
	{TEXT_CODE, IRC_MONOSPACE},
};

static const struct {
	enum event_kind kind;
	char letter;
	const char *command;
} kind_rows[] = {
	{EVENT_MESSAGE, 'm', "PRIVMSG"},
	{EVENT_ACTION, 'a', "PRIVMSG"},
	{EVENT_NOTICE, 'n', "NOTICE"},
};

static unsigned styles_to_irc(unsigned styles)
{
	unsigned out = 0;
	for (size_t i = 0; i < ARRAY_LEN(style_rows); i++)
		if (styles & style_rows[i].text)
			out |= style_rows[i].irc;
	return out;
}

static unsigned styles_from_irc(unsigned styles)
{
	unsigned out = 0;
	for (size_t i = 0; i < ARRAY_LEN(style_rows); i++)
		if (styles & style_rows[i].irc)
			out |= style_rows[i].text;
	return out;
}

void render_text_from_irc(struct text *out, const char *s, size_t len)
{
	struct irc_format_reader reader;
	struct irc_span span;
	irc_format_reader_init(&reader, s, len);
	while (irc_format_next(&reader, &span)) {
		struct buf AUTOBUF utf8;
		struct buf AUTOBUF clean;
		buf_init(&utf8, RENDER_PAYLOAD_BYTES);
		buf_init(&clean, RENDER_PAYLOAD_BYTES);
		utf8_from_irc(&utf8, span.text, span.len);
		irc_text_clean(&clean, utf8.data, utf8.len);
		text_append(out, clean.data, clean.len,
			styles_from_irc(span.format.styles));
	}
}

static void write_span(struct irc_format_writer *writer, const char *s,
	size_t len, unsigned styles)
{
	struct buf AUTOBUF clean;
	buf_init(&clean, RENDER_PAYLOAD_BYTES);
	irc_text_clean(&clean, s, len);
	if (clean.overflow)
		writer->out->overflow = true;
	struct irc_span span = {
		.text = clean.data,
		.len = clean.len,
		.format = irc_format_plain(),
	};
	span.format.styles = styles_to_irc(styles);
	irc_format_write(writer, &span);
}

void render_text_to_irc(struct buf *out, const struct text *text)
{
	struct irc_format_writer writer;
	size_t at = 0;
	irc_format_writer_init(&writer, out);
	for (size_t i = 0; i < text->run_count; i++) {
		const struct text_run *run = &text->runs[i];
		write_span(&writer, text->bytes.data + at, run->offset - at, 0);
		write_span(&writer, text->bytes.data + run->offset, run->len,
			run->styles);
		at = run->offset + run->len;
	}
	write_span(&writer, text->bytes.data + at, text->bytes.len - at, 0);
}

static bool name_takes(uint32_t codepoint)
{
	return !utf8_is_control(codepoint) && !utf8_is_invisible(codepoint) &&
	       codepoint != 0x2028 && codepoint != 0x2029;
}

static const char zero_width_space[] = "\xe2\x80\x8b";

void render_name(struct buf *out, const char *name, bool anti_ping)
{
	struct buf AUTOBUF clean;
	buf_init(&clean, 4096);
	for (size_t at = 0, len = strnlen(name, 4096); at < len;) {
		uint32_t codepoint;
		size_t n = utf8_decode(name + at, len - at, &codepoint);
		if (n && name_takes(codepoint))
			buf_add(&clean, name + at, n);
		at += n ? n : 1;
	}
	struct span span = span_trim((struct span){clean.data, clean.len});
	if (!span.len)
		span = span_of("someone");
	size_t keep = utf8_fit(span.p, span.len, RENDER_NAME_BYTES);
	uint32_t letter;
	size_t first = anti_ping ? utf8_decode(span.p, keep, &letter) : 0;
	buf_add(out, span.p, first);
	if (first && first < keep)
		buf_adds(out, zero_width_space);
	buf_add(out, span.p + first, keep - first);
}

/* The last part of an ARN or "network/nick" id. */
static const char *short_id(const char *id)
{
	const char *slash = strrchr(id, '/');
	return slash ? slash + 1 : id;
}

static void add_prefix(struct buf *out, const struct event *event,
	const struct render_params *params)
{
	const struct person *who = &event->sender;
	if (event->kind == EVENT_ACTION) {
		buf_adds(out, "* ");
		render_name(out, str_or_empty(who->name), params->anti_ping);
		buf_addc(out, ' ');
		return;
	}
	for (const char *p = params->nick_template; *p;) {
		if (str_starts(p, "{name}")) {
			render_name(out, str_or_empty(who->name),
				params->anti_ping);
			p += 6;
		} else if (str_starts(p, "{id}")) {
			render_name(out, short_id(who->id), false);
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
	render_name(out, str_or_empty(who->name), false);
}

int render_payload(struct buf *out, const struct event *event,
	const struct render_params *params)
{
	struct buf AUTOBUF text;
	struct buf AUTOBUF prefix;
	buf_init(&text, RENDER_PAYLOAD_BYTES);
	buf_init(&prefix, 4096);
	render_text_to_irc(&text, event->text);
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
