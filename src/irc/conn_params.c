#include "irc/conn_params.h"

#include "util/alloc.h"
#include "util/attr.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Every string of the parameters: copied, and freed, in one loop. */
static const size_t STRINGS[] = {
	offsetof(struct irc_conn_params, name),
	offsetof(struct irc_conn_params, tls_params.ca_file),
	offsetof(struct irc_conn_params, tls_params.cert_file),
	offsetof(struct irc_conn_params, tls_params.key_file),
	offsetof(struct irc_conn_params, tls_params.pin_sha256),
	offsetof(struct irc_conn_params, bind_address),
	offsetof(struct irc_conn_params, password),
	offsetof(struct irc_conn_params, nick),
	offsetof(struct irc_conn_params, nick_suffix),
	offsetof(struct irc_conn_params, username),
	offsetof(struct irc_conn_params, realname),
	offsetof(struct irc_conn_params, sasl_account),
	offsetof(struct irc_conn_params, sasl_password),
	offsetof(struct irc_conn_params, webirc_password),
	offsetof(struct irc_conn_params, webirc_host),
	offsetof(struct irc_conn_params, webirc_address),
};

static const struct params_default {
	size_t at;
	int64_t value;
} DEFAULTS[] = {
	{offsetof(struct irc_conn_params, ping_interval_ms), 60 * 1000},
	{offsetof(struct irc_conn_params, ping_timeout_ms), 120 * 1000},
	{offsetof(struct irc_conn_params, connect_timeout_ms), 30 * 1000},
	{offsetof(struct irc_conn_params, register_timeout_ms), 60 * 1000},
	{offsetof(struct irc_conn_params, retry_min_ms), 2 * 1000},
	{offsetof(struct irc_conn_params, retry_max_ms), 5 * 60 * 1000},
};

static const char **params_string(struct irc_conn_params *params, size_t i)
{
	return (const char **)(void *)((char *)params + STRINGS[i]);
}

static int64_t *params_time(struct irc_conn_params *params, size_t i)
{
	return (int64_t *)(void *)((char *)params + DEFAULTS[i].at);
}

static void params_copy_servers(
	struct irc_conn_params *copy, const struct irc_conn_params *params)
{
	struct irc_server *servers =
		xcalloc(params->server_count + 1, sizeof(*servers));

	for (size_t i = 0; i < params->server_count; i++) {
		servers[i].host = xstrdup(params->servers[i].host);
		servers[i].port = params->servers[i].port;
	}
	copy->servers = servers;
}

void irc_conn_params_copy(
	struct irc_conn_params *copy, const struct irc_conn_params *params)
{
	*copy = *params;
	for (size_t i = 0; i < ARRAY_LEN(STRINGS); i++) {
		const char **string = params_string(copy, i);

		*string = xstrdup_null(*string);
	}
	for (size_t i = 0; i < ARRAY_LEN(DEFAULTS); i++)
		if (*params_time(copy, i) <= 0)
			*params_time(copy, i) = DEFAULTS[i].value;
	params_copy_servers(copy, params);
}

static void params_free_string(const char *string, bool is_secret)
{
	char *text = (char *)(uintptr_t)string;

	if (text && is_secret)
		explicit_bzero(text, strlen(text));
	free(text);
}

void irc_conn_params_release(struct irc_conn_params *copy)
{
	for (size_t i = 0; i < ARRAY_LEN(STRINGS); i++) {
		const char *string = *params_string(copy, i);

		params_free_string(
			string, string == copy->password ||
					string == copy->sasl_password ||
					string == copy->webirc_password);
	}
	for (size_t i = 0; i < copy->server_count; i++)
		params_free_string(copy->servers[i].host, false);
	free((void *)(uintptr_t)copy->servers);
	*copy = (struct irc_conn_params){.name = NULL};
}
