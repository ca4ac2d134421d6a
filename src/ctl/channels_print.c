#include "ctl/channels_print.h"

#include "ctl/conf_text.h"
#include "ctl/shown.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/str.h"
#include "util/utf8.h"

#include <stdlib.h>
#include <string.h>

static const char *yes(bool is_so)
{
	return is_so ? "yes" : "no";
}

static const char *privacy_of(const struct found_channel *channel)
{
	return channel->is_private ? "PRIVATE" : "PUBLIC";
}

static const char *mode_of(const struct found_channel *channel)
{
	return channel->restricted ? "RESTRICTED" : "UNRESTRICTED";
}

/* Padded to `width` characters, which are not always bytes. */
static void print_cell(FILE *out, const char *text, size_t width)
{
	size_t len = utf8_length(text, strlen(text));

	fprintf(out, "%s%*s  ", text, len < width ? (int)(width - len) : 0, "");
}

enum { COLUMNS = 8, TIME_BYTES = 20 };

struct table_row {
	struct buf name;
	char time[CLOCK_ISO8601_BYTES];
	const char *cells[COLUMNS];
};

static void row_fill(struct table_row *row, const struct found_channel *channel)
{
	buf_init(&row->name, 8192);
	shown_add(&row->name, channel->name);
	snprintf(row->time, sizeof(row->time), "-");
	if (channel->last_message_ms) {
		clock_format_iso8601(channel->last_message_ms, row->time);
		/* Seconds will do. */
		memcpy(row->time + TIME_BYTES - 1, "Z", 2);
	}
	row->cells[0] = row->name.data;
	row->cells[1] = privacy_of(channel);
	row->cells[2] = mode_of(channel);
	row->cells[3] = yes(channel->member);
	row->cells[4] = yes(channel->moderator);
	row->cells[5] = row->time;
	row->cells[6] = channel->mapping ? channel->mapping : "-";
	row->cells[7] = channel->arn;
}

static const char *const titles[COLUMNS] = {"NAME", "PRIVACY", "MODE", "MEMBER",
	"MODERATOR", "LAST MESSAGE", "MAPPING", "CHANNEL"};

static void measure(const char *const *cells, size_t widths[COLUMNS])
{
	for (size_t i = 0; i < COLUMNS; i++) {
		size_t len = utf8_length(cells[i], strlen(cells[i]));

		if (len > widths[i])
			widths[i] = len;
	}
}

static void print_row(
	const char *const *cells, const size_t widths[COLUMNS], FILE *out)
{
	for (size_t i = 0; i + 1 < COLUMNS; i++)
		print_cell(out, cells[i], widths[i]);
	fprintf(out, "%s\n", cells[COLUMNS - 1]);
}

void channels_print_table(const struct channels *channels, FILE *out)
{
	size_t widths[COLUMNS] = {0};
	struct found_channel *channel, *next;
	struct table_row row;

	measure(titles, widths);
	HASH_ITER (hh, channels->first, channel, next) {
		row_fill(&row, channel);
		measure(row.cells, widths);
		buf_release(&row.name);
	}
	print_row(titles, widths, out);
	HASH_ITER (hh, channels->first, channel, next) {
		row_fill(&row, channel);
		print_row(row.cells, widths, out);
		buf_release(&row.name);
	}
}

static json_t *json_of(const struct found_channel *channel)
{
	json_t *object = json_object();
	char time[CLOCK_ISO8601_BYTES];

	json_set_string(object, "ChannelArn", channel->arn);
	json_set_string(object, "Name", channel->name);
	json_set_string(object, "Privacy", privacy_of(channel));
	json_set_string(object, "Mode", mode_of(channel));
	json_object_set_new(object, "Member", json_boolean(channel->member));
	json_object_set_new(
		object, "Moderator", json_boolean(channel->moderator));
	if (channel->last_message_ms) {
		clock_format_iso8601(channel->last_message_ms, time);
		json_set_string(object, "LastMessageTimestamp", time);
	}
	json_set_string(object, "Mapping", channel->mapping);
	return object;
}

json_t *channels_json(const struct channels *channels)
{
	json_t *list = json_array();
	struct found_channel *channel, *next;

	HASH_ITER (hh, channels->first, channel, next)
		json_array_append_new(list, json_of(channel));
	return list;
}

/* Words that are names of mappings or channels of IRC already. */
static bool take_word(json_t *taken, const char *word)
{
	if (json_object_get(taken, word))
		return false;
	json_object_set_new(taken, word, json_true());
	return true;
}

static json_t *taken_words(const struct belfry_config *config)
{
	json_t *taken = json_object();

	for (size_t i = 0; config && i < config->mapping_count; i++) {
		const char *channel = strchr(config->mappings[i].irc, '#');
		struct buf AUTOBUF word;

		buf_init(&word, 1024);
		conf_text_word(&word, channel ? channel + 1 : "");
		take_word(taken, word.data);
		buf_clear(&word);
		conf_text_word(&word, config->mappings[i].name);
		take_word(taken, word.data);
	}
	return taken;
}

static char *new_word(json_t *taken, const char *name)
{
	struct buf AUTOBUF word;
	size_t len;

	buf_init(&word, 1024);
	conf_text_word(&word, name);
	len = word.len;
	for (unsigned n = 2; !take_word(taken, word.data); n++) {
		buf_truncate(&word, len);
		buf_addf(&word, "-%u", n);
	}
	return buf_take(&word);
}

static void print_entry(const struct found_channel *channel,
	const char *network, const char *word, FILE *out)
{
	struct buf AUTOBUF text;
	char AUTOFREE *irc = xasprintf("#%s", word);

	buf_init(&text, 16384);
	conf_text_mapping(&text, &(struct conf_text_mapping){
					 .name = word,
					 .network = network,
					 .channel = irc,
					 .chime = channel->arn,
				 });
	if (!channel->member && (channel->is_private || channel->restricted))
		fputs("\t# A moderator must add the bridge's user to it.\n",
			out);
	fprintf(out, "\t%s", text.data);
}

void channels_print_mappings(const struct channels *channels,
	const struct belfry_config *config, FILE *out)
{
	json_t AUTOJSON *taken = taken_words(config);
	const char *network = config && config->network_count
				      ? config->networks[0].name
				      : "NETWORK";
	struct found_channel *channel, *next;
	bool begun = false;

	HASH_ITER (hh, channels->first, channel, next) {
		char AUTOFREE *word = NULL;

		if (channel->mapping)
			continue;
		word = new_word(taken, channel->name);
		fputs(begun ? ",\n"
			    : "# Not mapped. The IRC channels are guesses: put "
			      "in the right ones.\nmappings = (\n",
			out);
		print_entry(channel, network, word, out);
		begun = true;
	}
	if (begun)
		fputs("\n);\n", out);
}
