#include "config.h"

#include "end_chime/content.h"

#include "end_chime/markdown.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/enc.h"
#include "util/json.h"
#include "util/str.h"
#include "util/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const int64_t DAY_MS = 24 * 3600 * 1000;
static const char ellipsis[] = "\xe2\x80\xa6";

static const char *const kind_names[] = {
	[EVENT_MESSAGE] = "message",
	[EVENT_ACTION] = "action",
	[EVENT_NOTICE] = "notice",
};

/* Our own words around the text when there is no puppet to say it. */
static void add_speaker(struct buf *out, const char *speaker, const char *kind)
{
	struct buf AUTOBUF name;
	buf_init(&name, 1024);
	utf8_repair(&name, speaker, strlen(speaker));
	if (str_eq(kind, kind_names[EVENT_ACTION])) {
		buf_adds(out, "\\* ");
		markdown_escape(out, name.data, name.len);
		buf_addc(out, ' ');
		return;
	}
	buf_adds(out, "\\<");
	markdown_escape(out, name.data, name.len);
	buf_adds(out, "> ");
}

static void add_text(struct buf *out, const struct event *event, bool puppets)
{
	struct text AUTOTEXT action;
	text_init(&action, event->text->bytes.ceiling);
	if (event->kind != EVENT_ACTION || !puppets) {
		markdown_write(out, event->text);
		return;
	}
	text_append(&action, text_plain(event->text), event->text->bytes.len,
		TEXT_ITALIC);
	markdown_write(out, &action);
}

static void cut(struct buf *content)
{
	if (content->len <= CONTENT_BYTES)
		return;
	buf_truncate(content, utf8_fit(content->data, content->len,
				      CONTENT_BYTES - strlen(ellipsis)));
	buf_adds(content, ellipsis);
}

int content_prepare(
	struct buf *out, const struct event *event, bool has_puppets)
{
	bool puppets = has_puppets && !event->sender.is_unshown;
	struct buf AUTOBUF content;
	struct buf AUTOBUF name;
	struct span plain = {event->text->bytes.data, event->text->bytes.len};
	buf_init(&content, 256 * 1024);
	buf_init(&name, 1024);
	if (!span_trim(plain).len)
		return -ENODATA;
	if (!puppets)
		add_speaker(
			&content, event->sender.name, kind_names[event->kind]);
	add_text(&content, event, puppets);
	cut(&content);
	utf8_repair(&name, event->sender.name, strlen(event->sender.name));
	json_t AUTOJSON *payload = json_pack("{s:i, s:s%, s:s, s:s%}", "v", 1,
		"name", name.data, name.len, "kind", kind_names[event->kind],
		"content", content.data, content.len);
	if (!payload)
		return -EILSEQ;
	if (puppets) {
		struct buf AUTOBUF id;
		buf_init(&id, 1024);
		enc_percent(&id, event->sender.id, strlen(event->sender.id));
		json_set_string(payload, "id", id.data);
	}
	char *AUTOFREE text = json_text(payload);
	buf_adds(out, text);
	return out->overflow ? -EMSGSIZE : 0;
}

int content_read(struct content *ret, const char *payload, size_t len)
{
	struct err err = {0};
	json_t *root = json_parse_repaired(payload, len, &err);
	const char *content = json_get_string(root, "content");
	if (json_get_int(root, "v", 0) != 1 || !content) {
		json_decref(root);
		return -EINVAL;
	}
	*ret = (struct content){
		.root = root,
		.name = str_or_empty(json_get_string(root, "name")),
		.kind = str_or_empty(json_get_string(root, "kind")),
		.content = content,
	};
	const char *id = json_get_string(root, "id");
	if (id) {
		struct buf person;
		buf_init(&person, 4096);
		if (enc_percent_decode(&person, id, strlen(id)) < 0)
			buf_clear(&person);
		ret->person_id = buf_take(&person);
	}
	return 0;
}

void content_note(struct content *ret, const char *text)
{
	struct buf AUTOBUF clean;
	struct buf AUTOBUF content;
	buf_init(&clean, CONTENT_BYTES / 4);
	buf_init(&content, CONTENT_BYTES);
	utf8_repair(&clean, text, strlen(text));
	markdown_escape(&content, clean.data, clean.len);
	*ret = (struct content){.name = "the bridge", .kind = "note"};
	ret->root = json_pack("{s:s%}", "content", content.data, content.len);
	ret->content = json_get_string(ret->root, "content");
}

void content_release(struct content *content)
{
	json_decref(content->root);
	free(content->person_id);
	*content = (struct content){0};
}

char *content_metadata(const struct content_mark *mark)
{
	char time[CLOCK_ISO8601_BYTES];
	clock_format_iso8601(mark->said_ms, time);
	json_t *belfry = json_pack("{s:i, s:s, s:s, s:s}", "v", 1, "kind",
		mark->kind, "tok", mark->token, "time", time);
	/* An id from the other side: kept short and plain, or left out. */
	struct buf AUTOBUF id;
	buf_init(&id, 256);
	enc_percent(&id, mark->source_id, strlen(mark->source_id));
	if (id.len && !id.overflow)
		json_set_string(belfry, "id", id.data);
	json_t AUTOJSON *root = json_pack("{s:o}", "belfry", belfry);
	return json_text(root);
}

char *content_spoken_for(const struct content *content)
{
	struct buf said;
	buf_init(&said, 2 * CONTENT_BYTES);
	add_speaker(&said, content->name, content->kind);
	buf_adds(&said, content->content);
	cut(&said);
	return buf_take(&said);
}

char *content_late(const char *content, int64_t said_ms, int64_t sent_ms)
{
	time_t seconds = (time_t)(said_ms / 1000);
	struct tm tm = {.tm_mday = 1};
	struct buf late;
	buf_init(&late, 2 * CONTENT_BYTES);
	if (!gmtime_r(&seconds, &tm))
		return xstrdup(content);
	buf_addc(&late, '(');
	if (sent_ms - said_ms >= DAY_MS)
		buf_addf(&late, "%04d-%02d-%02d ", tm.tm_year + 1900,
			tm.tm_mon + 1, tm.tm_mday);
	buf_addf(&late, "%02d:%02d UTC) ", tm.tm_hour, tm.tm_min);
	buf_adds(&late, content);
	cut(&late);
	return buf_take(&late);
}
