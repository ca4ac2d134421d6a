#include "daemon/direct.h"

#include "util/alloc.h"
#include "util/clock.h"
#include "util/digest.h"
#include "util/hash.h"
#include "util/json.h"
#include "util/log.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

enum { HASH_DIGITS = 16 };

static const char space[] = "direct";

/* One conversation that is remembered. */
struct talk {
	char *name; /* of the mapping */
	char *network;
	char *person;
	char *nick;
	char *peer;
	char *peer_name;
	int64_t used_ms;
	int64_t saved_ms;        /* `used_ms` as it is remembered */
	struct mapping *mapping; /* NULL: not open */
	uint64_t relayed;        /* when it was last looked at */
	bool is_waiting;         /* then: something was not relayed yet */
	UT_hash_handle hh;
};

struct direct {
	struct direct_params params;
	struct talk *talks; /* by name */
	struct timer *look;
};

/* --- what is remembered ----------------------------------------------------
 */

static void talk_free(struct talk *talk)
{
	free(talk->name);
	free(talk->network);
	free(talk->person);
	free(talk->nick);
	free(talk->peer);
	free(talk->peer_name);
	free(talk);
}

static void direct_write(
	struct direct *direct, const char *name, const char *value)
{
	const struct store_record record = {
		.kind = STORE_FACT,
		.space = space,
		.key = name,
		.value = value,
	};

	store_append(direct->params.store, &record);
}

static void talk_save(struct direct *direct, struct talk *talk)
{
	json_t AUTOJSON *json = json_object();

	json_set_string(json, "network", talk->network);
	json_set_string(json, "person", talk->person);
	json_set_string(json, "nick", talk->nick);
	json_set_string(json, "peer", talk->peer);
	json_set_string(json, "peer_name", talk->peer_name);
	(void)json_object_set_new(
		json, "used_ms", json_integer((json_int_t)talk->used_ms));
	char *AUTOFREE text = json_text(json);

	direct_write(direct, talk->name, text);
	talk->saved_ms = talk->used_ms;
}

static struct talk *talk_new(const char *name, const json_t *json)
{
	struct talk *talk = xcalloc(1, sizeof(*talk));

	talk->name = xstrdup(name);
	talk->network = xstrdup_null(json_get_string(json, "network"));
	talk->person = xstrdup_null(json_get_string(json, "person"));
	talk->nick = xstrdup_null(json_get_string(json, "nick"));
	talk->peer = xstrdup_null(json_get_string(json, "peer"));
	talk->peer_name = xstrdup_null(json_get_string(json, "peer_name"));
	talk->used_ms = talk->saved_ms = json_get_int(json, "used_ms", 0);
	return talk;
}

static bool talk_is_whole(const struct talk *talk)
{
	return talk->network && talk->person && talk->nick && talk->peer &&
	       talk->peer_name;
}

static void direct_on_fact(const struct store_record *record, void *arg)
{
	struct direct *direct = arg;
	struct err err = {0};
	json_t AUTOJSON *json =
		json_parse_strict(record->value, strlen(record->value), &err);
	struct talk *talk = json ? talk_new(record->key, json) : NULL;

	if (talk && talk_is_whole(talk)) {
		HASH_ADD_KEYPTR(hh, direct->talks, talk->name,
			strlen(talk->name), talk);
		return;
	}
	log_warn("direct", "what is remembered of %s is not understood",
		record->key);
	if (talk)
		talk_free(talk);
}

/* --- open and closed -------------------------------------------------------
 */

static size_t count_open(const struct direct *direct, const char *network)
{
	const struct talk *talk;
	size_t count = 0;

	for (talk = direct->talks; talk; talk = talk->hh.next)
		count += talk->mapping &&
			 (!network || str_eq(talk->network, network));
	return count;
}

/* Has it been used since it was last looked at? */
static void talk_look(struct direct *direct, struct talk *talk)
{
	struct lane_stats to_irc, to_chime;
	uint64_t relayed;

	mapping_stats(talk->mapping, LANE_TO_IRC, &to_irc);
	mapping_stats(talk->mapping, LANE_TO_CHIME, &to_chime);
	relayed = to_irc.relayed + to_chime.relayed;
	talk->is_waiting = to_irc.queued + to_chime.queued > 0;
	if (relayed != talk->relayed)
		talk->used_ms = clock_wall_ms();
	talk->relayed = relayed;
	if (talk->used_ms - talk->saved_ms >= DIRECT_SAVE_MS)
		talk_save(direct, talk);
}

static void direct_on_look(void *arg)
{
	struct direct *direct = arg;
	struct talk *talk;

	for (talk = direct->talks; talk; talk = talk->hh.next)
		if (talk->mapping)
			talk_look(direct, talk);
	timer_arm(direct->look, DIRECT_LOOK_MS);
}

static void talk_close(struct direct *direct, struct talk *talk)
{
	talk_look(direct, talk);
	talk_save(direct, talk);
	talk->is_waiting = false;
	bridge_remove(direct->params.bridge, TAKE(talk->mapping));
	log_info("direct", "%s is closed: it was silent for longest",
		talk->name);
}

/* What waits is heard when it is open only. */
static bool goes_before(const struct talk *a, const struct talk *b)
{
	return a->is_waiting == b->is_waiting ? a->used_ms < b->used_ms
					      : b->is_waiting;
}

/* The one that was not used for longest; of a network's open ones, or of all
 * that are not open. */
static struct talk *find_oldest(
	const struct direct *direct, const char *network)
{
	struct talk *oldest = NULL, *talk;

	for (talk = direct->talks; talk; talk = talk->hh.next) {
		bool is_one = network ? talk->mapping &&
						str_eq(talk->network, network)
				      : !talk->mapping;

		if (is_one && (!oldest || goes_before(talk, oldest)))
			oldest = talk;
	}
	return oldest;
}

static void make_room(struct direct *direct, const char *network, size_t max)
{
	struct talk *talk;

	for (talk = direct->talks; talk; talk = talk->hh.next)
		if (talk->mapping && str_eq(talk->network, network))
			talk_look(direct, talk);
	while (count_open(direct, network) >= max &&
		(talk = find_oldest(direct, network)))
		talk_close(direct, talk);
}

static void forget_oldest(struct direct *direct)
{
	struct talk *talk = find_oldest(direct, NULL);

	if (!talk)
		return;
	direct_write(direct, talk->name, NULL);
	HASH_DEL(direct->talks, talk);
	talk_free(talk);
}

/* False when the network has no puppets after all: they need a restart. */
static bool talk_attach(struct direct *direct, struct talk *talk,
	const struct direct_network *network)
{
	const struct end_sink irc_sink = mapping_sink_irc(talk->mapping);
	const struct end_sink chime_sink = mapping_sink_chime(talk->mapping);
	const struct end_irc_direct_params irc = {
		.mapping = talk->name,
		.person = talk->person,
		.name = talk->nick,
		.peer = talk->peer,
		.peer_name = talk->peer_name,
	};
	const struct end_chime_room_params chime = {
		.mapping = talk->name,
		.person = talk->person,
		.person_name = talk->nick,
		.peer = talk->peer,
	};
	struct end_room *room =
		end_irc_open_direct(network->end, &irc, &irc_sink);

	if (!room)
		return false;
	mapping_attach(talk->mapping, room,
		end_chime_open(direct->params.chime, &chime, &chime_sink));
	return true;
}

static void talk_open(struct direct *direct, struct talk *talk,
	const struct direct_network *network)
{
	char *AUTOFREE label = xasprintf("%s/%s", talk->network, talk->nick);
	const struct mapping_params params = {
		.name = talk->name,
		.irc_label = label,
		.chime_label = talk->peer_name,
		.in_doubt = network->config->in_doubt == IN_DOUBT_CONFIG_SKIP
				    ? IN_DOUBT_SKIP
				    : IN_DOUBT_RESEND,
		.window = (unsigned)network->config->window,
	};
	int error = 0;

	talk->mapping = bridge_add(direct->params.bridge, &params, &error);
	talk->relayed = 0;
	if (!talk->mapping) {
		log_error("direct", "%s cannot be opened: %s", talk->name,
			strerror(-error));
		return;
	}
	if (!talk_attach(direct, talk, network)) {
		bridge_remove(direct->params.bridge, TAKE(talk->mapping));
		return;
	}
	log_info("direct", "%s: %s and %s (%s)", talk->name, label,
		talk->peer_name, talk->peer);
}

static bool find_network(const struct direct *direct, const char *name,
	struct direct_network *ret)
{
	return direct->params.network(direct->params.arg, name, ret) &&
	       ret->config->presence == PRESENCE_CONFIG_PUPPETS &&
	       ret->config->puppets.is_private &&
	       ret->config->puppets.private_max > 0;
}

/* --- beginning -------------------------------------------------------------
 */

static char *talk_name(const struct irc_direct *begun)
{
	char hex[SHA256_HEX_BYTES];
	char *AUTOFREE both = xasprintf("%s\n%s", begun->from->id, begun->to);

	sha256_hex(both, strlen(both), hex);
	return xasprintf("direct.%s.%.*s", begun->network, HASH_DIGITS, hex);
}

static struct talk *talk_get(
	struct direct *direct, const struct irc_direct *begun)
{
	char *name = talk_name(begun);
	struct talk *talk;

	HASH_FIND_STR(direct->talks, name, talk);
	if (talk) {
		free(name);
		return talk;
	}
	if (HASH_COUNT(direct->talks) >= DIRECT_KNOWN_MAX)
		forget_oldest(direct);
	talk = xcalloc(1, sizeof(*talk));
	talk->name = name;
	talk->network = xstrdup(begun->network);
	talk->person = xstrdup(begun->from->id);
	talk->peer = xstrdup(begun->to);
	HASH_ADD_KEYPTR(hh, direct->talks, name, strlen(name), talk);
	return talk;
}

void direct_begin(struct direct *direct, const struct irc_direct *begun)
{
	struct direct_network network;
	struct talk *talk;

	if (!find_network(direct, begun->network, &network))
		return;
	talk = talk_get(direct, begun);
	if (talk->mapping)
		return;
	set_string(&talk->nick, begun->from->name);
	set_string(&talk->peer_name, str_or_empty(begun->to_name));
	talk->used_ms = clock_wall_ms();
	talk_save(direct, talk);
	make_room(direct, talk->network,
		(size_t)network.config->puppets.private_max);
	talk_open(direct, talk, &network);
}

/* The last used first. */
static int by_use(const struct talk *a, const struct talk *b)
{
	return (a->used_ms < b->used_ms) - (a->used_ms > b->used_ms);
}

static void direct_restore(struct direct *direct)
{
	struct direct_network network;
	struct talk *talk;

	HASH_SORT(direct->talks, by_use);
	for (talk = direct->talks; talk; talk = talk->hh.next)
		if (find_network(direct, talk->network, &network) &&
			count_open(direct, talk->network) <
				(size_t)network.config->puppets.private_max)
			talk_open(direct, talk, &network);
}

/* --- life ------------------------------------------------------------------
 */

struct direct *direct_new(const struct direct_params *params)
{
	const struct store_query query = {.kind = STORE_FACT, .space = space};
	struct direct *direct = xcalloc(1, sizeof(*direct));

	direct->params = *params;
	if (store_each(params->store, &query, direct_on_fact, direct) < 0) {
		direct_free(direct);
		return NULL;
	}
	direct_restore(direct);
	direct->look = timer_new(params->loop, direct_on_look, direct);
	timer_arm(direct->look, DIRECT_LOOK_MS);
	return direct;
}

void direct_free(struct direct *direct)
{
	struct talk *talk, *tmp;

	if (!direct)
		return;
	HASH_ITER (hh, direct->talks, talk, tmp) {
		HASH_DEL(direct->talks, talk);
		talk_free(talk);
	}
	timer_free(direct->look);
	free(direct);
}

size_t direct_count(const struct direct *direct)
{
	return count_open(direct, NULL);
}
