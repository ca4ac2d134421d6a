#include "config/belfry_private.h"

#include "util/alloc.h"
#include "util/str.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

typedef void rule_fn(struct schema_load *load, size_t i,
	const struct network_config *network);

static void network_problem(struct schema_load *load, size_t i,
	const char *member, const char *fmt, ...) PRINTF_LIKE(4, 5);

static void network_problem(struct schema_load *load, size_t i,
	const char *member, const char *fmt, ...)
{
	char AUTOFREE *setting = xasprintf("networks[%zu].%s", i, member);
	va_list ap;

	va_start(ap, fmt);
	schema_vproblem(load, setting, fmt, ap);
	va_end(ap);
}

static bool is_given(
	const struct schema_load *load, size_t i, const char *member)
{
	char AUTOFREE *setting = xasprintf("networks[%zu].%s", i, member);

	return schema_is_given(load, setting);
}

static void name_is_plain(struct schema_load *load, size_t i,
	const struct network_config *network)
{
	const char *name = network->name;

	if (name && name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-")])
		network_problem(load, i, "name",
			"may hold letters, digits and . _ - only");
}

static void servers_have_form(struct schema_load *load, size_t i,
	const struct network_config *network)
{
	for (size_t s = 0; s < network->server_count; s++) {
		char *host = NULL;
		uint16_t port;

		if (belfry_server_parse(network->servers[s], &host, &port) < 0)
			network_problem(load, i, "servers",
				"element %zu must be \"host:port\" or "
				"\"[address]:port\", not \"%s\"",
				s + 1, network->servers[s]);
		free(host);
	}
}

/* One word of the protocol: nothing that ends it or gives it a meaning. */
static bool is_word(const char *s)
{
	return !strpbrk(s, " ,!@*?:") && s[0] != '#' && s[0] != '&';
}

static void nick_is_word(struct schema_load *load, size_t i,
	const struct network_config *network)
{
	const char *nick = network->nick;

	if (nick && (!is_word(nick) || isdigit((unsigned char)nick[0]) ||
			    nick[0] == '-'))
		network_problem(load, i, "nick",
			"\"%s\" is not a nick that servers take", nick);
	if (network->username && !is_word(network->username))
		network_problem(load, i, "username",
			"may not hold a blank or any of , ! @ * ? :");
}

static void tls_settings_have_tls(struct schema_load *load, size_t i,
	const struct network_config *network)
{
	static const char *const members[] = {"tls_ca_file", "tls_cert_file",
		"tls_key_file", "tls_pin_sha256"};

	for (size_t m = 0; !network->tls && m < ARRAY_LEN(members); m++)
		if (is_given(load, i, members[m]))
			network_problem(load, i, members[m],
				"means nothing with tls = false");
	if (network->tls && network->tls_key_file && !network->tls_cert_file)
		network_problem(load, i, "tls_key_file",
			"needs tls_cert_file beside it");
}

static void pin_is_digest(struct schema_load *load, size_t i,
	const struct network_config *network)
{
	size_t digits = 0;
	const char *p = network->tls_pin_sha256;

	if (!p)
		return;
	for (; isxdigit((unsigned char)*p) || *p == ':'; p++)
		digits += *p != ':';
	if (*p || digits != 64)
		network_problem(load, i, "tls_pin_sha256",
			"must be 64 hex digits (colons allowed)");
}

static void bind_is_address(struct schema_load *load, size_t i,
	const struct network_config *network)
{
	unsigned char address[sizeof(struct in6_addr)];

	if (network->bind && inet_pton(AF_INET, network->bind, address) != 1 &&
		inet_pton(AF_INET6, network->bind, address) != 1)
		network_problem(load, i, "bind",
			"must be an IP address, not \"%s\"", network->bind);
}

static void sasl_needs(struct schema_load *load, size_t i, const char *member)
{
	char AUTOFREE *setting = xasprintf("sasl.%s", member);
	char AUTOFREE *file = xasprintf("sasl.%s_file", member);

	/* One that was given and is bad has its problem already. */
	if (!is_given(load, i, setting) && !is_given(load, i, file))
		network_problem(
			load, i, setting, "missing; this mechanism needs it");
}

static void sasl_is_complete(struct schema_load *load, size_t i,
	const struct network_config *network)
{
	switch (network->sasl.mechanism) {
	case SASL_CONFIG_NONE:
		return;
	case SASL_CONFIG_EXTERNAL:
		if (!network->tls || !is_given(load, i, "tls_cert_file"))
			network_problem(load, i, "sasl.mechanism",
				"EXTERNAL needs tls and tls_cert_file");
		return;
	case SASL_CONFIG_PLAIN:
	case SASL_CONFIG_SCRAM_SHA_256:
		sasl_needs(load, i, "account");
		sasl_needs(load, i, "password");
	}
}

static bool is_loopback(const char *server)
{
	return str_starts(server, "127.") || str_starts(server, "[::1]:") ||
	       str_starts(server, "localhost:");
}

static void sasl_plain_is_not_in_clear(struct schema_load *load, size_t i,
	const struct network_config *network)
{
	if (network->tls || network->sasl.mechanism != SASL_CONFIG_PLAIN)
		return;
	for (size_t s = 0; s < network->server_count; s++) {
		if (is_loopback(network->servers[s]))
			continue;
		network_problem(load, i, "sasl.mechanism",
			"PLAIN without tls would show the password to the "
			"network on the way to %s; use tls or SCRAM-SHA-256",
			network->servers[s]);
		return;
	}
}

static void template_names_person(struct schema_load *load, size_t i,
	const struct network_config *network)
{
	const char *template = network->nick_template;

	if (template && !strstr(template, "{name}") &&
		!strstr(template, "{id}"))
		network_problem(load, i, "nick_template",
			"must hold {name} or {id}, or nobody knows who "
			"speaks");
}

static void retry_is_ordered(struct schema_load *load, size_t i,
	const struct network_config *network)
{
	if (network->retry_min_ms > network->retry_max_ms)
		network_problem(load, i, "retry.min_ms",
			"is %d, more than max_ms (%d)", network->retry_min_ms,
			network->retry_max_ms);
}

static rule_fn *const rules[] = {
	name_is_plain,
	servers_have_form,
	nick_is_word,
	tls_settings_have_tls,
	pin_is_digest,
	bind_is_address,
	sasl_is_complete,
	sasl_plain_is_not_in_clear,
	template_names_person,
	retry_is_ordered,
};

void belfry_check_networks(
	struct schema_load *load, const struct belfry_config *config)
{
	for (size_t i = 0; i < config->network_count; i++)
		for (size_t r = 0; r < ARRAY_LEN(rules); r++)
			rules[r](load, i, &config->networks[i]);
}
