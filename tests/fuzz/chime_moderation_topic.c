/*
 * Topics in a channel's Metadata: the first line is the Metadata, the rest the
 * topic. What is written fits, holds all that was there before, as it was, and
 * reads back as the topic or its beginning.
 */
#include "chime_moderation/topic.h"

#include "util/alloc.h"
#include "util/json.h"
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

static json_t *without_topic(const char *metadata)
{
	struct err err;
	json_t *object = json_parse_strict(metadata, strlen(metadata), &err);
	json_object_del(object, "topic");
	return object;
}

/* The first letters are the same, as far as nothing was cut or dropped. */
static void check_back(const char *written, const char *topic)
{
	char *AUTOFREE back = topic_read(written);
	require(back != NULL);
	size_t len = strlen(topic);
	bool is_plain = utf8_is_valid(topic, len) && len < 100;
	for (size_t i = 0; i < len; i++)
		is_plain &= topic[i] >= ' ' && topic[i] < 0x7f;
	require(!is_plain || strcmp(back, topic) == 0 ||
		strstr(back, "\xe2\x80\xa6"));
}

static void check(const char *metadata, const char *topic)
{
	char *AUTOFREE read = topic_read(metadata);
	char *AUTOFREE written = topic_write(metadata, topic);
	char *AUTOFREE name = topic_name(topic);
	require(!name || (*name && utf8_length(name, strlen(name)) <=
					   CHANNEL_NAME_CHARACTERS));
	if (!written)
		return;
	require(read != NULL);
	require(strlen(written) <= CHANNEL_METADATA_BYTES ||
		strcmp(written, metadata) == 0);
	check_back(written, topic);
	json_t AUTOJSON *before = without_topic(metadata);
	json_t AUTOJSON *after = without_topic(written);
	require(!before || json_equal(before, after));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
	size_t len = end ? (size_t)(end - data) : size;
	char *AUTOFREE metadata = xstrndup((const char *)data, len);
	char *AUTOFREE topic =
		end ? xstrndup((const char *)end + 1, size - len - 1)
		    : xstrdup("topic");
	check(metadata, topic);
	return 0;
}
