#include "config/belfry_private.h"

#include "util/alloc.h"
#include "util/str.h"

#include <string.h>

typedef void rule_fn(
	struct schema_load *load, const struct belfry_config *config);

static bool has_prefix_and_id(
	const char *arn, const char *app_instance, const char *kind)
{
	size_t n = strlen(app_instance);
	size_t k = strlen(kind);

	return strncmp(arn, app_instance, n) == 0 &&
	       strncmp(arn + n, kind, k) == 0 && arn[n + k] &&
	       !strpbrk(arn + n + k, "/ ");
}

/* Names of networks and mappings are keys of the state and parts of logs. */
static bool is_plain_name(const char *s)
{
	return s[strspn(s, "abcdefghijklmnopqrstuvwxyz"
			   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "0123456789._-")] == '\0';
}

/* Chime. */

static void region_has_form(
	struct schema_load *load, const struct belfry_config *config)
{
	const char *region = config->chime.region;

	if (!region)
		return;
	if (region[strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-")] ||
		!strchr(region, '-') || region[0] == '-')
		schema_problem(load, "chime.region",
			"must be a region such as \"us-east-1\", not \"%s\"",
			region);
}

static bool is_app_instance(const char *arn)
{
	const char *id = strstr(arn, ":app-instance/");

	return str_starts(arn, "arn:") && strstr(arn, ":chime:") && id &&
	       id[strlen(":app-instance/")] &&
	       !strpbrk(id + strlen(":app-instance/"), "/ ");
}

static void app_instance_is_arn(
	struct schema_load *load, const struct belfry_config *config)
{
	const char *arn = config->chime.app_instance;

	if (arn && !is_app_instance(arn))
		schema_problem(load, "chime.app_instance",
			"must be the ARN of an app instance "
			"(arn:aws:chime:REGION:ACCOUNT:app-instance/ID), not "
			"\"%s\"",
			arn);
}

/* What is asked in another region is not there. Endpoints of one's own may
 * serve any. */
static void app_instance_is_of_region(
	struct schema_load *load, const struct belfry_config *config)
{
	const struct chime_config *chime = &config->chime;
	const char *at = chime->app_instance
				 ? strstr(chime->app_instance, ":chime:")
				 : NULL;
	size_t n = chime->region ? strlen(chime->region) : 0;

	if (!at || !n || chime->messaging_endpoint || chime->identity_endpoint)
		return;
	at += strlen(":chime:");
	if (*at == ':') /* says nothing of it */
		return;
	if (strcspn(at, ":") != n || strncmp(at, chime->region, n) != 0)
		schema_problem(load, "chime.region",
			"is \"%s\", but the app instance is in \"%.*s\"",
			chime->region, (int)strcspn(at, ":"), at);
}

static void user_is_of_app_instance(
	struct schema_load *load, const struct belfry_config *config)
{
	const struct chime_config *chime = &config->chime;

	if (!chime->user || !chime->app_instance ||
		has_prefix_and_id(chime->user, chime->app_instance, "/user/"))
		return;
	schema_problem(load, "chime.user",
		"must be a user of the app instance (%s/user/ID), not \"%s\"",
		chime->app_instance, chime->user);
}

static void endpoint_is_url(
	struct schema_load *load, const char *setting, const char *url)
{
	if (!url)
		return;
	if (!str_starts(url, "https://") && !str_starts(url, "http://"))
		schema_problem(load, setting,
			"must begin with https:// or http://, not \"%s\"", url);
	else if (strpbrk(url, " ?#@"))
		schema_problem(load, setting,
			"must be scheme, host and port only, not \"%s\"", url);
}

static void endpoints_are_urls(
	struct schema_load *load, const struct belfry_config *config)
{
	endpoint_is_url(load, "chime.messaging_endpoint",
		config->chime.messaging_endpoint);
	endpoint_is_url(load, "chime.identity_endpoint",
		config->chime.identity_endpoint);
}

static void poll_is_ordered(
	struct schema_load *load, const struct belfry_config *config)
{
	if (config->chime.poll_min_ms > config->chime.poll_max_ms)
		schema_problem(load, "chime.poll.min_ms",
			"is %d, more than max_ms (%d)",
			config->chime.poll_min_ms, config->chime.poll_max_ms);
}

static void puppet_name_has_nick(
	struct schema_load *load, const struct belfry_config *config)
{
	const char *name = config->chime.puppet_name;

	if (name && !strstr(name, "{nick}"))
		schema_problem(load, "chime.puppet_name",
			"must hold {nick}, or all would have one name");
}

/* Mappings. */

static void mapping_problem(struct schema_load *load, size_t i,
	const char *member, const char *fmt, ...) PRINTF_LIKE(4, 5);

static void mapping_problem(struct schema_load *load, size_t i,
	const char *member, const char *fmt, ...)
{
	char AUTOFREE *setting = xasprintf("mappings[%zu].%s", i, member);
	va_list ap;

	va_start(ap, fmt);
	schema_vproblem(load, setting, fmt, ap);
	va_end(ap);
}

static void mapping_names_are_plain(
	struct schema_load *load, const struct belfry_config *config)
{
	for (size_t i = 0; i < config->mapping_count; i++) {
		const char *name = config->mappings[i].name;

		if (name && !is_plain_name(name))
			mapping_problem(load, i, "name",
				"may hold letters, digits and . _ - only");
		else if (name && str_starts(name, "direct."))
			mapping_problem(load, i, "name",
				"may not begin with \"direct.\", as private "
				"conversations do");
	}
}

static bool is_channel(const char *s)
{
	return s[0] && strchr("#&+!", s[0]) && s[1] && strlen(s) <= 200 &&
	       !strpbrk(s, " ,\a");
}

static const char *nearest_network(
	const struct belfry_config *config, struct span name)
{
	char AUTOFREE *word = xstrndup(name.p, name.len);
	const char *names[64 + 1] = {NULL};
	size_t n = 0;

	for (size_t i = 0; i < config->network_count && n < 64; i++)
		if (config->networks[i].name)
			names[n++] = config->networks[i].name;
	return str_nearest(word, names);
}

static void irc_without_network(
	struct schema_load *load, size_t i, const struct belfry_config *config)
{
	const char *irc = config->mappings[i].irc;
	struct span name = {irc, strcspn(irc, "/")};
	const char *near = nearest_network(config, name);

	if (near)
		mapping_problem(load, i, "irc",
			"there is no network \"%.*s\"; did you mean \"%s\"?",
			(int)name.len, name.p, near);
	else
		mapping_problem(load, i, "irc", "there is no network \"%.*s\"",
			(int)name.len, name.p);
}

static void irc_names_network_and_channel(
	struct schema_load *load, const struct belfry_config *config)
{
	for (size_t i = 0; i < config->mapping_count; i++) {
		const struct mapping_config *mapping = &config->mappings[i];
		const char *channel = NULL;

		if (!mapping->irc)
			continue;
		if (!strchr(mapping->irc, '/'))
			mapping_problem(load, i, "irc",
				"must be \"network/#channel\", not \"%s\"",
				mapping->irc);
		else if (!belfry_mapping_network(config, mapping, &channel))
			irc_without_network(load, i, config);
		if (channel && !is_channel(channel))
			mapping_problem(load, i, "irc",
				"\"%s\" is not the name of a channel", channel);
	}
}

static void irc_keys_are_words(
	struct schema_load *load, const struct belfry_config *config)
{
	for (size_t i = 0; i < config->mapping_count; i++) {
		const char *key = config->mappings[i].irc_key;

		if (key && (strpbrk(key, " ,") || key[0] == ':'))
			mapping_problem(load, i, "irc_key",
				"may not hold a blank or a comma, nor begin "
				"with a colon");
	}
}

static void channels_are_of_app_instance(
	struct schema_load *load, const struct belfry_config *config)
{
	const char *app_instance = config->chime.app_instance;

	for (size_t i = 0; app_instance && i < config->mapping_count; i++) {
		const char *arn = config->mappings[i].chime.arn;

		if (arn && !has_prefix_and_id(arn, app_instance, "/channel/"))
			mapping_problem(load, i, "chime",
				"must be a channel of the app instance "
				"(%s/channel/ID), not \"%s\"",
				app_instance, arn);
	}
}

static rule_fn *const rules[] = {
	region_has_form,
	app_instance_is_arn,
	app_instance_is_of_region,
	user_is_of_app_instance,
	endpoints_are_urls,
	poll_is_ordered,
	puppet_name_has_nick,
	mapping_names_are_plain,
	irc_names_network_and_channel,
	irc_keys_are_words,
	channels_are_of_app_instance,
};

void belfry_check(struct schema_load *load, const void *config)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		rules[i](load, config);
	belfry_check_networks(load, config);
	belfry_check_puppets(load, config);
	belfry_check_mirrors(load, config);
	belfry_check_filters(load, config);
	belfry_check_templates(load, config);
	belfry_check_doubles(load, config);
}
