/*
 * Words for IRC: any bytes as a name and a text with styles become a payload
 * that can hold no other line and no CTCP, and reads back; any bytes as a
 * payload are read within their bounds; any line of IRC becomes text that
 * comes back as it was.
 *
 * The first byte chooses kind and template, the next says where the name ends.
 */
#include "config.h"

#include "end_irc/render.h"

#include "irc_words/words.h"
#include "util/utf8.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
	if (!holds)
		abort();
}

static void check_payload(const struct buf *out)
{
	struct rendered r;
	require(render_read(&r, out->data, out->len) == 0);
	require(utf8_is_valid(out->data, out->len));
	require(!memchr(out->data, '\0', out->len));
	require(!memchr(out->data, '\r', out->len));
	require(!memchr(r.text, '\x01', r.text_len));
	require(!memchr(r.prefix, '\x01', r.prefix_len));
	require(!memchr(r.name.p, '\n', r.name.len));
	require(r.is_unshown == !r.id.len);
	require(!memchr(r.prefix, '\n', r.prefix_len));
	require(r.prefix_len <= RENDER_PREFIX_BYTES);
	require(r.text_len > 0 && r.text[r.text_len] == '\x01');
	require(r.name.p + r.name.len == out->data + out->len);
	require(r.prefix + r.prefix_len + 1 == r.text);
	require(out->data + r.text_at == r.text);
}

static void check_out(const char *name, const struct text *text, uint8_t pick)
{
	static const char *const templates[] = {"<{name}> ",
		"[{id}] {name}: ", "\xc2\xab{name}\xc2\xbb\n ", ""};
	const struct render_params params = {
		.nick_template = templates[pick & 3],
		.anti_ping = pick & 4,
	};
	const struct event event = {
		.kind = (pick >> 3) % 3,
		.sender = {.id = name, .name = name},
		.text = text,
	};
	struct buf AUTOBUF out;
	buf_init(&out, 2 * RENDER_PAYLOAD_BYTES);
	if (render_payload(&out, &event, &params) == 0)
		check_payload(&out);
}

/* As a line of IRC, to text, and back to a line: the same text again. */
static void check_in(const char *s, size_t len)
{
	struct text AUTOTEXT once;
	struct text AUTOTEXT twice;
	struct buf AUTOBUF irc;
	text_init(&once, RENDER_PAYLOAD_BYTES);
	text_init(&twice, RENDER_PAYLOAD_BYTES);
	buf_init(&irc, 8 * RENDER_PAYLOAD_BYTES);
	words_from_irc(&once, s, len);
	require(utf8_is_valid(once.bytes.data, once.bytes.len));
	words_to_irc(&irc, &once);
	if (text_overflowed(&once) || irc.overflow ||
		once.run_count == TEXT_RUNS_MAX)
		return;
	words_from_irc(&twice, irc.data, irc.len);
	require(once.bytes.len == twice.bytes.len &&
		!memcmp(once.bytes.data, twice.bytes.data, once.bytes.len) &&
		once.run_count == twice.run_count);
	for (size_t i = 0; i < once.run_count; i++)
		require(once.runs[i].offset == twice.runs[i].offset &&
			once.runs[i].len == twice.runs[i].len &&
			once.runs[i].styles == twice.runs[i].styles);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rendered r;
	struct text AUTOTEXT text;
	const char *s = (const char *)data;
	text_init(&text, RENDER_PAYLOAD_BYTES + 100);
	if (render_read(&r, s, size) == 0)
		require(r.text + r.text_len <= s + size && r.name.len <= size &&
			r.id.len <= size);
	check_in(s, size);
	if (size < 2)
		return 0;
	uint8_t pick = data[0];
	size_t name_len = data[1] < size - 2 ? data[1] : size - 2;
	char name[256] = "";
	memcpy(name, s + 2, name_len < 255 ? name_len : 255);
	for (size_t at = 2 + name_len; at < size;) {
		size_t n = data[at] < size - at ? data[at] : size - at;
		text_append(&text, s + at, n ? n : 1, data[at] & 31);
		at += n ? n : 1;
	}
	check_out(name, &text, pick);
	return 0;
}
